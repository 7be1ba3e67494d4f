"""Settings: what is kept the same in every account by a job that visits all of them."""
