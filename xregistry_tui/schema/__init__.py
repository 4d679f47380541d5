"""What records may look like: shapes, rules, and the models made of them."""
