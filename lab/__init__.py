"""A laboratory: real little pipelines that really fail, and what each way of repairing them achieves."""
