"""What pages of several panels say of gateways: columns of their lists, why messages were refused and what to do."""
