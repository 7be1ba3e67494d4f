
for package in "${PACKAGES[@]}"; do
  is_installed "$package" || fail "package $package is not installed"
done
start_services
say "$TITLE runs"
