"""A Change becomes words: quotes, posts, replies; wording in templates/."""
