"""Smallprint reads privacy policies, terms and rules, and posts what changed, with a proved quote."""

__version__ = "0.1.0"
