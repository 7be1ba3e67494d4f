set -euo pipefail

readonly WAIT_SECONDS=${ENDPOINT_WAIT_SECONDS:-60}

say() { printf 'endpoint agent: %s\n' "$*"; }
fail() {
  printf 'endpoint agent: %s\n' "$*" >&2
  exit 1
}

# apt-get first: rpm can be installed on Debian, too.
if command -v apt-get >/dev/null 2>&1; then
  FAMILY=deb PACKAGES=("${DEB_PACKAGES[@]}") SERVICES=("${DEB_SERVICES[@]}")
elif command -v dnf >/dev/null 2>&1 || command -v yum >/dev/null 2>&1 || command -v zypper >/dev/null 2>&1; then
  FAMILY=rpm PACKAGES=("${RPM_PACKAGES[@]}") SERVICES=("${RPM_SERVICES[@]}")
else
  fail "no apt-get, dnf, yum or zypper on this machine"
fi

is_installed() {
  local status
  if [ "$FAMILY" = deb ]; then
    status=$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) || return 1
    [ "$status" = installed ]
  else
    rpm -q "$1" >/dev/null 2>&1
  fi
}

is_running() { systemctl is-active --quiet "$1"; }

start_services() {
  local service waited
  for service in "${SERVICES[@]}"; do
    systemctl enable "$service" >/dev/null 2>&1 || say "$service cannot be enabled"
    is_running "$service" || systemctl start "$service" || say "$service does not start"
    waited=0
    until is_running "$service"; do
      [ "$waited" -lt "$WAIT_SECONDS" ] || fail "service $service does not run"
      sleep 1
      waited=$((waited + 1))
    done
  done
}
