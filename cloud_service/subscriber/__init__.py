"""The MQTT door: takes what gateways say, has it stored, publishes receipts. `python -m cloud_service.subscriber`.

Several may run: the broker shares the gateways' messages among them. No message can end it; it outlives restarts of the
broker and of PostgreSQL, says by a heartbeat file that it works, and ends itself where it no longer does. Nothing rests
on what it holds in memory: a gateway keeps each reading until its receipt.
"""
