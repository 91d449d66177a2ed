"""How satisfied customers were."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Survey(models.Model):
    """A survey that was sent: what the response rate is a share of, and whose work the answer is about."""

    conversation = models.OneToOneField("inbox.Conversation", on_delete=models.CASCADE, related_name="survey")
    number = models.ForeignKey("whatsapp.Number", on_delete=models.CASCADE, related_name="surveys")
    agent = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="surveys")
    message = models.ForeignKey("inbox.Message", null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            # The report's period.
            models.Index(fields=["-sent_at"], name="survey_newest"),
            models.Index(fields=["number", "-sent_at"], name="survey_of_number"),
        ]

    def __str__(self):
        return f"Survey about conversation {self.conversation_id}"


class SurveyAnswer(models.Model):
    """A customer's answer to the survey of one conversation; changeable for a day (product: "Satisfaction survey")."""

    class Score(models.IntegerChoices):
        VERY_DISSATISFIED = 1, "Very dissatisfied"
        DISSATISFIED = 2, "Dissatisfied"
        NEUTRAL = 3, "Neutral"
        SATISFIED = 4, "Satisfied"
        VERY_SATISFIED = 5, "Very satisfied"

    conversation = models.OneToOneField("inbox.Conversation", on_delete=models.CASCADE, related_name="survey_answer")
    number = models.ForeignKey("whatsapp.Number", on_delete=models.CASCADE, related_name="survey_answers")
    contact = models.ForeignKey("inbox.Contact", on_delete=models.CASCADE, related_name="survey_answers")
    agent = models.ForeignKey(
        "inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="survey_answers"
    )
    score = models.PositiveSmallIntegerField(choices=Score, validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(blank=True)
    answered_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    thanked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="survey_score_one_to_five"),
        ]
        indexes = [
            # The report's period, newest first.
            models.Index(fields=["-answered_at", "-id"], name="survey_answer_newest"),
            models.Index(fields=["number", "-answered_at"], name="survey_answer_of_number"),
        ]

    def __str__(self):
        return self.get_score_display()
