"""Where AWS is."""

import os
from argparse import Namespace


def endpoint(options: Namespace) -> str:
    """What is given instead of AWS's own endpoints, if anything."""
    from_environment = os.environ.get("AWS_ENDPOINT_URL_SSM") or os.environ.get("AWS_ENDPOINT_URL")
    return str(options.endpoint_url or from_environment or "")
