"""The words that the pretended fleet is made of."""

ACCOUNTS = (("prod", "111122223333"), ("staging", "444455556666"), ("dev", "777788889999"))
"""The first three accounts and their numbers (those of AWS's own examples)."""

TEAMS = (
    "payments", "retail", "data", "platform", "mobile", "logistics", "media", "risk", "growth",
    "partners", "support", "finance", "identity", "search", "iot", "labs",
)  # fmt: skip
STAGES = ("prod", "staging", "dev", "sandbox")

REGIONS = (
    "eu-west-1", "us-east-1", "eu-central-1", "us-west-2", "ap-southeast-1", "ap-northeast-1",
    "eu-north-1", "us-east-2", "ca-central-1", "sa-east-1",
)  # fmt: skip

CLUSTERS = (
    "payments", "checkout", "search", "identity", "data-platform", "storefront", "logistics",
    "notifications", "billing", "catalog", "media", "analytics", "support", "ledger", "risk",
    "fulfilment", "messaging", "profiles", "reporting", "integrations",
)  # fmt: skip

TEAM_OF = {
    "payments": "payments", "checkout": "payments", "search": "search", "identity": "identity",
    "data-platform": "data", "storefront": "retail", "logistics": "logistics",
    "notifications": "mobile", "billing": "finance", "catalog": "retail", "media": "media",
    "analytics": "data", "support": "support", "ledger": "finance", "risk": "risk",
    "fulfilment": "logistics", "messaging": "mobile", "profiles": "identity",
    "reporting": "data", "integrations": "partners",
}  # fmt: skip
"""Whose each cluster is."""

SERVICES = (
    "api", "worker", "web", "scheduler", "gateway", "consumer", "webhooks", "indexer", "exporter",
    "admin", "events", "pricing", "sync", "reconciler", "notifier", "ingest",
)  # fmt: skip

WEB_SERVICES = frozenset({"api", "web", "gateway", "webhooks", "admin", "pricing", "ingest"})
"""Those that stand behind a load balancer."""

TOOLS = ("migrate", "backfill", "shell", "report", "import", "audit")
"""What standalone tasks do."""

SECRETS = ("DATABASE_PASSWORD", "API_TOKEN", "SIGNING_KEY")

LINUX = (
    ("Amazon Linux", "2023"),
    ("Amazon Linux", "2023"),
    ("Ubuntu", "22.04"),
    ("Amazon Linux", "2"),
    ("Red Hat Enterprise Linux", "9.4"),
    ("Ubuntu", "24.04"),
    ("Debian GNU/Linux", "12"),
    ("SLES", "15.5"),
)
WINDOWS = (
    ("Microsoft Windows Server 2022 Datacenter", "10.0.20348"),
    ("Microsoft Windows Server 2019 Datacenter", "10.0.17763"),
)

AGENTS = ("3.3.1957.0", "3.3.1802.0", "3.3.1611.0")
"""Agent versions in use; the first is the latest."""
OLD_AGENTS = ("2.3.50.0", "2.3.714.0", "3.0.1390.0")

ROLES = ("bastion", "jenkins", "gitlab-runner", "mongo", "kafka", "vpn", "build", "legacy-app")
WINDOWS_ROLES = ("ad", "sql", "rdgw", "erp", "print")
SITES = ("berlin", "lyon", "austin", "osaka")
"""Where the hybrid machines stand."""
