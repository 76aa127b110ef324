/** Patterns over one inventory, out of pieces that are easily read wrongly. */
import * as fc from 'fast-check'

/** No group is deeper than two: below that Ansible's order is that of a set. */
export const PATTERN_INVENTORY = `solo
10.0.0.1
[web]
web1 x=1
web2
web10
[db]
db-a.example.com
db-b.example.com
web2
[west:children]
web
[mixed.group]
host_1
a^b
c]d
2001:db8::1
[empty]
`

const NAMES =
  'all|*|web|db|west|empty|ungrouped|mixed.group|solo|web1|web2|10.0.0.1|db-a.example.com|2001:db8::1|a^b|host_1'.split(
    '|',
  )
const ODD =
  `web?|web*|*.example.com|db-?.*|w[ea]b*|web[12]|web[!1]|[!w]*|web[1-2]|[]c]*|c[]]d|*[*|[a|a[^b]b|[z-a]*|[!z-a]ebr|*[a-c-]b*
  ~web\\d|~.*2|~(web|db)|~web[0:3]|~(?P<n>w)eb|~(?i)WEB1|~web1\\Z|~\\Aweb|~[|~|~\\q|~a{2,1}|~web1$|~(?P<n>e).*(?P=n)
  web[0]|web[-1]|web[9]|web[-9]|web[0:1]|web[1:]|web[1:0]|web[0:0]|web[7:9]|*[1]|*[2:5]|all[0]|all[-1]|w*[1:2]|web[:1]|web[1:2:1]|web[0][0]|solo[0]|solo[1]
  nobody|localhost|web:db|10.0.0.1:22|web1:22|web_:22|web*:db|[::1]:22|db-[a:b].example.com|WEB|é| web | web1|fe80::1%eth0|a b|web.|.|?|web1,web2|web1:!web1:&web`.split(
    /\||\n\s*/,
  )

const part = fc
  .tuple(
    fc.constantFrom('', '', '', '&', '!', '!!', '& '),
    fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom(...ODD)),
  )
  .map((pieces) => pieces.join(''))

export const patterns: fc.Arbitrary<string> = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom(',', ',', ':', ', ', ',,'))
  .map(([parts, separator]) => parts.join(separator))
