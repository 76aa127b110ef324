# Turns a Debian host into one that dnf looks after: a repository with a package mptcpd that holds what Oracle Linux's
# does (mptcpize, its library, a daemon that is enabled on installation). Scriptlets are in Lua, since no /bin/sh is an
# rpm package here.
set -e
mkdir -p /srv/repo /root/build /etc/yum.repos.d
cat >/root/build/mptcpd.spec <<'S'
Name: mptcpd
Version: 0.12
Release: 1
Summary: Multipath TCP daemon and mptcpize
License: BSD
AutoReqProv: no
%global __os_install_post %{nil}
%description
Stands for the package of Oracle Linux.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib64/mptcpize %{buildroot}/usr/lib/systemd/system
printf '#!/bin/sh\necho mptcpize 0.12\n' >%{buildroot}/usr/bin/mptcpize
chmod 755 %{buildroot}/usr/bin/mptcpize
touch %{buildroot}/usr/lib64/mptcpize/libmptcpwrap.so.0
printf '[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' \
  >%{buildroot}/usr/lib/systemd/system/mptcp.service
%post -p <lua>
os.execute('systemctl enable --now mptcp.service')
%preun -p <lua>
os.execute('systemctl disable --now mptcp.service')
%files
/usr/bin/mptcpize
/usr/lib64/mptcpize
/usr/lib/systemd/system/mptcp.service
S
cd /root/build
rpmbuild -bb --quiet --define '_rpmdir /srv/repo' mptcpd.spec
createrepo_c -q /srv/repo
printf '[local]\nname=local\nbaseurl=file:///srv/repo\ngpgcheck=0\n' >/etc/yum.repos.d/local.repo
rm -f /etc/debian_version
