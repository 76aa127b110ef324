/** Facts of a host that lies: what parsers made of outputs that were changed. */
import * as fc from 'fast-check'
import type { FactResult, FactResults } from '../../src/engine/script/probe.ts'
import { readFacts } from '../../src/engine/script/probe.ts'
import type { DocumentedFact } from '../../src/facts/define.ts'
import type { Fact } from '../../src/model/fact.ts'
import { hostileText } from './hostile-text.ts'

/** Each fact as its example has it, or changed; `retell` says of an example what another host would print. */
export function hostileResults(
  facts: Iterable<Fact>,
  retell: (example: string) => string = (example) => example,
): fc.Arbitrary<FactResults> {
  const results = [...facts].map((fact): fc.Arbitrary<[string, FactResult]> => {
    const example = retell((fact as DocumentedFact).example)
    const text = fc.oneof(
      { weight: 5, arbitrary: fc.constant(example) },
      { weight: 1, arbitrary: hostileText(example) },
    )
    return text.map((stdout) => [fact.key, resultOf(fact, stdout)])
  })
  return fc.tuple(...results).map((entries) => new Map(entries))
}

/** As the engine reads it. */
function resultOf(fact: Fact, stdout: string): FactResult {
  return readFacts([fact], new Map([['f0', { stdout, stderr: '', rc: 0 }]])).get(fact.key)!
}
