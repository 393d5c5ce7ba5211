"""What several adapters speak over: connections that are none of their business."""
