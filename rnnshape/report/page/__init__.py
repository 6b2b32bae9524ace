"""A report as one page of HTML that needs no network: findings with pictures and code, calls, and what could not be judged."""
