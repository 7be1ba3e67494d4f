"""Golden images: machine and container images that are hardened, tested, scanned and shared."""
