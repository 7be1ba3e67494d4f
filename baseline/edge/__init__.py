"""Ways in from the internet: what is attacked, filtered, limited, recorded and alarmed."""
