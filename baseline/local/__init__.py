"""An embedded AWS for one machine: loopback only, no account, no network (extra ``local``)."""
