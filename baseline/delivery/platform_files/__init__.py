"""The steps of a delivery as a file of GitHub Actions or of GitLab CI."""

from baseline.delivery.platform_files.github import github_actions
from baseline.delivery.platform_files.gitlab import gitlab_ci

__all__ = ["github_actions", "gitlab_ci"]
