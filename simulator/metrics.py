"""What /metrics tells about the simulator itself."""

from prometheus_client import Counter

API_REQUESTS = Counter("simulator_api_requests", "REST API requests", ["method", "status"])
CALLBACKS = Counter("simulator_callbacks", "Status callbacks sent", ["answer"])
MESSAGES = Counter("simulator_messages", "Messages by their last state", ["state"])
CALLS = Counter("simulator_calls", "Calls by how they went", ["result"])
