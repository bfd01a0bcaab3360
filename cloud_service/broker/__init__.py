"""How gateways enter the MQTT broker: their passwords, and where each kind of broker finds them."""
