/** Units named as well-known ones, so that a host without these programs can be asked to have them use MPTCP. */

/** Shell text for a host of the lab: a web server on port 80, a service that waits, and a socket with its service. */
export const STAND_INS = `
cat >/etc/systemd/system/nginx.service <<'UNIT'
[Service]
ExecStart=/usr/bin/python3 -m http.server 80 --directory /srv
[Install]
WantedBy=multi-user.target
UNIT
cat >/etc/systemd/system/caddy.service <<'UNIT'
[Service]
ExecStart=/usr/bin/sleep infinity
[Install]
WantedBy=multi-user.target
UNIT
cat >/etc/systemd/system/cockpit.socket <<'UNIT'
[Socket]
ListenStream=9090
[Install]
WantedBy=sockets.target
UNIT
cat >/etc/systemd/system/cockpit.service <<'UNIT'
[Service]
ExecStart=/usr/bin/sleep infinity
UNIT
systemctl enable --now nginx.service caddy.service cockpit.socket 2>&1`
