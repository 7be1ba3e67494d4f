
readonly STATE_FOLDER=${ENDPOINT_STATE_FOLDER:-/var/lib/endpoint-agent}

install_packages() {
  local -a wanted=("$@")
  if [ "$FAMILY" = deb ]; then
    export DEBIAN_FRONTEND=noninteractive
    if [ "$FROM_REPOSITORY" = 1 ]; then apt-get -q -o DPkg::Lock::Timeout=300 update; fi
    apt-get -q -y -o DPkg::Lock::Timeout=300 install "${wanted[@]}"
  elif command -v dnf >/dev/null 2>&1; then
    dnf -q -y install "${wanted[@]}"
  elif command -v yum >/dev/null 2>&1; then
    yum -q -y install "${wanted[@]}"
  else
    # Distributor has compared the file with the hash of the manifest.
    zypper --quiet --non-interactive --no-gpg-checks install "${wanted[@]}"
  fi
}

fetch_token() {
  local token
  command -v aws >/dev/null 2>&1 || fail "the AWS CLI is missing, which fetches the token; install it in the image"
  token=$(aws secretsmanager get-secret-value --region "${SSM_TOKEN_REGION:?}" \
    --secret-id "${SSM_TOKEN_SECRET:?}" --query SecretString --output text) ||
    fail "the token cannot be read; does the instance's role have the policy of the endpoint agent?"
  case $token in
    '' | None) fail "the secret of the token is empty" ;;
    *"$NOT_ENTERED"*) fail "nobody has entered the token yet; docs/endpoint.md" ;;
  esac
  printf '%s' "$token"
}

write_token() {
  local folder
  folder=$(dirname "$TOKEN_FILE")
  mkdir -p "$folder"
  # Written beside it and moved, so that the agent never reads half of it.
  (
    umask 077
    printf '%s' "${TOKEN_CONTENT//'{token}'/"$1"}" >"$TOKEN_FILE.new"
  )
  chmod 600 "$TOKEN_FILE.new"
  mv -f "$TOKEN_FILE.new" "$TOKEN_FILE"
}

run_with_token() {
  local part
  local -a words=() command=()
  read -r -d '' -a words <<<"$1" || true
  for part in "${TOKEN_COMMAND[@]}"; do
    if [ "$part" = '{words}' ]; then
      command+=("${words[@]}")
    else
      command+=("${part//'{token}'/"$1"}")
    fi
  done
  "${command[@]}" >/dev/null 2>&1 || fail "${TOKEN_COMMAND[0]} does not take the token"
}

use_token() {
  local token
  [ "$TOKEN_WHEN" = "$1" ] || return 0
  # A second registration would make another machine of this one in the vendor's console.
  if [ "${#TOKEN_COMMAND[@]}" -gt 0 ] && [ -e "$STATE_FOLDER/registered" ]; then
    say "registered before"
    return 0
  fi
  token=$(fetch_token)
  if [ "${#TOKEN_COMMAND[@]}" -gt 0 ]; then
    run_with_token "$token"
    mkdir -p "$STATE_FOLDER"
    : >"$STATE_FOLDER/registered"
  else
    write_token "$token"
  fi
}

cd "$(dirname "${BASH_SOURCE[0]}")"
here=$(pwd)
case $TOKEN_FILE in
  '' | /*) ;;
  *) TOKEN_FILE=$here/$TOKEN_FILE ;;
esac
if [ -n "$TOKEN_ENVIRONMENT" ]; then
  trap 'rm -f "$TOKEN_FILE" "$TOKEN_FILE.new"' EXIT
  export "$TOKEN_ENVIRONMENT=$TOKEN_FILE"
fi
if [ "$FROM_REPOSITORY" = 1 ]; then
  wanted=("${PACKAGES[@]}")
else
  shopt -s nullglob
  wanted=("$here"/*."$FAMILY")
  [ "${#wanted[@]}" -eq 1 ] || fail "the package has ${#wanted[@]} installers of type $FAMILY, 1 is needed"
fi
use_token before
install_packages "${wanted[@]}" || fail "$TITLE cannot be installed"
for package in "${PACKAGES[@]}"; do
  is_installed "$package" || fail "package $package is not installed afterwards"
done
use_token after
start_services
say "$TITLE runs"
