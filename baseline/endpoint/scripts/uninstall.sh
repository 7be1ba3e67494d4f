
readonly STATE_FOLDER=${ENDPOINT_STATE_FOLDER:-/var/lib/endpoint-agent}

for service in "${SERVICES[@]}"; do
  systemctl disable --now "$service" >/dev/null 2>&1 || true
done
for package in "${PACKAGES[@]}"; do
  is_installed "$package" || continue
  if [ "$FAMILY" = deb ]; then
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 remove "$package"
  elif command -v dnf >/dev/null 2>&1; then
    dnf -q -y remove "$package"
  elif command -v yum >/dev/null 2>&1; then
    yum -q -y remove "$package"
  else
    zypper --quiet --non-interactive remove "$package"
  fi || fail "$package cannot be removed; the vendor may protect it by a maintenance token"
done
if [ -n "$TOKEN_FILE" ] && [ -z "$TOKEN_ENVIRONMENT" ]; then rm -f "$TOKEN_FILE"; fi
rm -f "$STATE_FOLDER/registered"
say "$TITLE is removed"
