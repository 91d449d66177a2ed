"""The whole page of a number: ten panels and the business hours, judged and saved as one."""

from django.db import transaction
from django.utils import timezone

from automation import ice_breakers
from automation.forms.hours import HoursForm
from automation.forms.panels import FORMS
from automation.forms.words import WordsForm
from automation.models import Automation
from inbox.models import Attachment, Reception
from whatsapp.models import Number
from whatsapp.wake import wake


class AutomationPage:
    """`panels` is {kind: form} in the order of the page; `data` and `files` are what was posted, None at first."""

    def __init__(self, number, agent, data=None, files=None):
        self.number = number
        self.rows = rows_of(number)
        self.panels = {
            kind: form(self.rows[kind], agent, data=data, files=files, prefix=kind.value)
            for kind, form in FORMS.items()
        }
        self.hours = HoursForm(number, data=data, files=files, prefix="hours")

    @property
    def forms(self):
        return [*self.panels.values(), self.hours]

    def is_valid(self):
        """Every panel is judged, so that all errors stand on the page at once."""
        valid = [form.is_valid() for form in self.forms]
        self.panels[Automation.Kind.OPT_IN].judge_beside(self.panels[Automation.Kind.OPT_OUT])
        return all(valid) and not self.count_of_errors

    @property
    def count_of_errors(self):
        return sum(len(words) for form in self.forms for words in form.errors.values())

    def save(self):
        """Write all of it, or nothing."""
        with transaction.atomic():
            Number.objects.select_for_update(of=("self",)).get(pk=self.number.pk)
            before = ice_breakers.wanted(self.number.pk)
            for kind, form in self.panels.items():
                self._write(kind, form)
            self.hours.save()
            self._write_words()
            if ice_breakers.wanted(self.number.pk) != before:
                ice_breakers.want_push(self.number.pk)
            wake("automation.tasks.retime_number", self.number.pk)

    def _write(self, kind, form):
        row, kept_before = self.rows[kind], self.rows[kind].attachment_id
        form.write(row)
        row.changed_at = timezone.now()
        keep_file(row.attachment_id, kept_before)
        Automation.objects.update_or_create(
            number=row.number, kind=kind, defaults={name: getattr(row, name) for name in WRITTEN}
        )

    def _write_words(self):
        words = {form.stored_in: "\n".join(form.words) for form in self.panels.values() if isinstance(form, WordsForm)}
        if not Reception.objects.filter(number=self.number).update(**words):
            Reception.objects.create(number=self.number, **words)


WRITTEN = [field.name for field in Automation._meta.fields if field.name not in ("id", "number", "kind")]


def rows_of(number):
    """{kind: Automation}, unsaved ones where the number has none yet."""
    stored = {row.kind: row for row in Automation.objects.filter(number=number).select_related("attachment")}
    rows = {kind: stored.get(kind) or Automation.usual(number.pk, kind) for kind in Automation.Kind}
    for row in rows.values():
        row.number = number
    return rows


def keep_file(now_id, before_id):
    """An automation's file stays; the one it had before goes the way of uploads that were never sent."""
    if now_id == before_id:
        return
    Attachment.objects.filter(pk=before_id).update(is_kept=False)
    Attachment.objects.filter(pk=now_id).update(is_kept=True)
