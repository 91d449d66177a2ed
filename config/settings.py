"""Settings of Switchboard: one flat file, every value from the environment, nonsense refused at start.

The names an operator sets are listed in docs/deploy.md. `bin/run` sets all of them by itself.
"""

from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from redis.backoff import NoBackoff
from redis.retry import Retry

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# --- Secrets and addresses -------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# Keys for the columns encrypted at rest (tokens, app secrets). The first one encrypts, all decrypt: put a new key in
# front to rotate.
SALT_KEY = env.list("FIELD_ENCRYPTION_KEY")
if not SECRET_KEY or not all(SALT_KEY):
    raise ImproperlyConfigured("SECRET_KEY and FIELD_ENCRYPTION_KEY must not be empty")

SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
IS_SERVED_BY_TLS = SITE_URL.startswith("https://")

WHATSAPP_API_URL = env.str("WHATSAPP_API_URL", default="https://graph.facebook.com").rstrip("/")
WHATSAPP_API_VERSION = env.str("WHATSAPP_API_VERSION", default="v25.0")
SMS_API_URL = env.str("SMS_API_URL", default="https://api.twilio.com").rstrip("/")

# Integrators' programs are called on the public internet by https; in these networks also without, and though private.
PROGRAMS_ALLOWED_NETWORKS = [ip_network(cidr) for cidr in env.list("PROGRAMS_ALLOWED_NETWORKS", default=[])]

# --- What runs -------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.apps.SwitchboardAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "anymail",
    "axes",
    "channels",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "encrypted_fields",
    "heroicons",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "whatsapp",
    "inbox",
    "automation",
    "broadcasts",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Stores ----------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://...)")
# The directory of a unix socket stands percent-encoded in the place of the host, as libpq reads it.
DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"])
# Under ASGI a persistent connection per thread runs the server out of connections: a pool instead.
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})
# Statements that run often are planned once on a connection, which halves PostgreSQL's work. A pooler that hands out
# another connection for each transaction has to know of it.
if env.bool("DATABASE_PREPARES", default=True):
    DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=12)
# So many requests of a web process are answered at the same time; the others wait, as they would for a connection.
WEB_THREADS = DATABASE_POOL_SIZE
if env.bool("DATABASE_POOL", default=True):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": 10,
    }
DATABASES["default"]["TEST"] = {"NAME": env.str("TEST_DATABASE_NAME", default=None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis or Valkey carries hints only (live frames, wake-ups of tasks): it may be emptied at any moment.
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # Marks of what was done already: nobody waits for them.
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": Retry(NoBackoff(), 0)},
    }
}

_VIRTUAL_HOST = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=_VIRTUAL_HOST)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Waking is a hint: a web process that finds the broker away does not wait for it to come back.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "now"
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1

# How many requests of broadcasts a worker process has under way at Meta at once.
BROADCAST_SENDERS = env.int("BROADCAST_SENDERS", default=16)
# How many carry the broadcasts of one number, and how many of them one worker process lets in at once.
BROADCAST_COURIERS = env.int("BROADCAST_COURIERS", default=4)
BROADCAST_COURIERS_PER_PROCESS = env.int("BROADCAST_COURIERS_PER_PROCESS", default=2)
# How many threads of one worker process call integrators' programs (webhooks, relays) at once.
PROGRAM_CALLERS_PER_PROCESS = env.int("PROGRAM_CALLERS_PER_PROCESS", default=3)

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STATIC_ROOT = VAR_DIR / "static"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.storage.StaticFiles"
    },
}

# --- People and their sessions ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "inbox.Agent"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("login")
LOGIN_REDIRECT_URL = reverse_lazy("inbox")
LOGOUT_REDIRECT_URL = reverse_lazy("login")
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
# Ten wrong passwords for one name from one address pause that pair for ten minutes.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1 / 6
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"


def _admin_links(*links):
    """Rows of the admin's side bar out of (title, icon, app_model)."""
    return [
        {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}
        for title, icon, model in links
    ]


UNFOLD = {
    "SITE_TITLE": "Switchboard",
    "SITE_HEADER": "Switchboard",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": reverse_lazy("inbox"),
    "SITE_SYMBOL": "forum",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/switchboard.svg")}],
    "STYLES": [lambda request: static("css/admin.css")],
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .02 175)",
            "100": "oklch(94% .04 175)",
            "200": "oklch(89% .07 175)",
            "300": "oklch(82% .10 175)",
            "400": "oklch(72% .12 175)",
            "500": "oklch(62% .12 175)",
            "600": "oklch(52% .10 175)",
            "700": "oklch(45% .09 175)",
            "800": "oklch(38% .07 175)",
            "900": "oklch(32% .06 175)",
            "950": "oklch(24% .05 175)",
        }
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": "WhatsApp",
                "items": _admin_links(
                    ("WhatsApp accounts", "verified", "whatsapp_account"),
                    ("Numbers", "call", "whatsapp_number"),
                    ("Message templates", "description", "whatsapp_messagetemplate"),
                    ("Webhook calls", "webhook", "whatsapp_webhookcall"),
                ),
            },
            {
                "title": "Programs",
                "items": _admin_links(
                    ("REST API", "api", "inbox_installation"),
                    ("API keys", "key", "inbox_apikey"),
                    ("Webhooks to programs", "send", "inbox_subscription"),
                    ("Log of these webhooks", "receipt_long", "inbox_webhookdelivery"),
                ),
            },
            {
                "title": "Broadcasts",
                "items": _admin_links(
                    ("Paces of numbers", "speed", "broadcasts_pace"),
                    ("Email senders", "mail", "broadcasts_emailsender"),
                    ("SMS senders", "sms", "broadcasts_smssender"),
                    ("SMS answers", "reply", "broadcasts_smsanswer"),
                    ("Calls that could not be used", "report", "broadcasts_badcall"),
                ),
            },
            {
                "title": "People",
                "items": _admin_links(
                    ("Agents", "person", "inbox_agent"),
                    ("Teams", "groups", "inbox_team"),
                    ("Contacts", "contacts", "inbox_contact"),
                ),
            },
            {
                "title": "Automation",
                "items": _admin_links(
                    ("Bots", "smart_toy", "inbox_bot"),
                    ("Reason log", "history", "automation_decision"),
                    ("Timers", "timer", "inbox_timer"),
                    ("Schedule of sweeps", "schedule", "django_celery_beat_periodictask"),
                ),
            },
            {
                "title": "Inbox",
                "items": _admin_links(
                    ("Conversations", "chat", "inbox_conversation"),
                    ("Tags", "sell", "inbox_tag"),
                    ("Canned replies", "quickreply", "inbox_cannedreply"),
                ),
            },
        ],
    },
}

# --- What a browser may do -------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_SERVED_BY_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_SERVED_BY_TLS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_SERVED_BY_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SERVED_BY_TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Meta sends webhooks of up to 3 MB; the browser's media uploads are streamed to disk and have limits of their own.
WEBHOOK_MAX_BYTES = 3 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = WEBHOOK_MAX_BYTES
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Words and times -------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
DEFAULT_PHONE_REGION = env.str("DEFAULT_PHONE_REGION", default="DE")

# --- Mail and logs ---------------------------------------------------------------------------------------------------

_MAIL_DEFAULT = f"filemail:///{VAR_DIR / 'mail'}"
EMAIL_TIMEOUT = 20
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER = "localhost", 25, ""
ANYMAIL = {}
_EMAIL_URL = urlsplit(env.str("EMAIL_URL", default=_MAIL_DEFAULT))
if _EMAIL_URL.scheme == "anymail":
    # A provider's API: anymail://mailgun?MAILGUN_API_KEY=...&WEBHOOK_SECRET=user:password, options as django-anymail's.
    EMAIL_BACKEND = f"anymail.backends.{_EMAIL_URL.hostname}.EmailBackend"
    ANYMAIL = dict(parse_qsl(_EMAIL_URL.query, strict_parsing=True))
else:
    globals().update(env.email_url("EMAIL_URL", default=_MAIL_DEFAULT))
if EMAIL_BACKEND == "django.core.mail.backends.filebased.EmailBackend":  # noqa: F821 (set by env.email_url above)
    EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Switchboard <switchboard@localhost>")

# Nothing that customers wrote goes to the logs: loggers here get ids, codes and counts.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "daphne.http_protocol": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

# --- The API for integrators -----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["inbox.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["inbox.api.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["inbox.api.limits.KeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "inbox.api.schema.Description",
    "EXCEPTION_HANDLER": "inbox.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Switchboard API",
    "VERSION": "1",
    "DESCRIPTION": "Everything the inbox can do, for programs. The guide, docs/api.md, tells it as stories.",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["inbox.api.schema.finish"],
}
