"""Detection: findings of the organization, where they are kept, and who hears of them."""
