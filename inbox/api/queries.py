"""What an address may ask after its question mark: a Query for each action that takes anything."""

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

MOST_ROWS = 200
UNKNOWN = ErrorDetail("There is no such parameter here.", "unknown")
REPEATED = ErrorDetail("This parameter stands here twice.", "invalid")


class Flag(serializers.BooleanField):
    """true or false, in any case, and nothing else."""

    TRUE_VALUES = {"true", True}
    FALSE_VALUES = {"false", False}
    NULL_VALUES = set()


class Query(serializers.Serializer):
    """No parameters. Raises ValidationError for one that nobody knows, or that stands twice."""

    def to_internal_value(self, parameters):
        wrong = {name: [UNKNOWN] for name in parameters if name not in self.fields}
        wrong |= {name: [REPEATED] for name, values in parameters.lists() if len(values) > 1}
        if wrong:
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(parameters.dict())


UPDATED_SINCE = (
    "Only what changed since then, what changed first first. Begin the next time with the newest `updated_at` that you "
    "have, less a minute: what is written at this moment may carry an earlier time."
)
BY_UPDATE = ("updated_at", "id")


class PageQuery(Query):
    """How long a page is, and which one."""

    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_ROWS, help_text="Rows on a page; 50 where nothing is said."
    )
    cursor = serializers.CharField(
        required=False, help_text="Where the page begins: from `next` or `previous` of another page, as it stands."
    )
