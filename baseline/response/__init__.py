"""Answers to what happens: open ports that close themselves."""
