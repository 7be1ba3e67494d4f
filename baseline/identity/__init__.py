"""Identity: the roles through which the baseline acts in other accounts."""
