"""Logging in and out, invitations and resets, and one's own profile."""

from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST

from inbox.actions import availability
from inbox.actions.refusals import Refusal
from inbox.models import Agent


class LogIn(auth.LoginView):
    """Logging in makes an agent Available unless Away was their last choice."""

    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form):
        answer = super().form_valid(form)
        availability.logged_in(self.request.user)
        return answer


class AskForReset(auth.PasswordResetView):
    template_name = "registration/password_reset.html"
    email_template_name = "registration/password_reset_mail.txt"
    subject_template_name = "registration/password_reset_subject.txt"
    success_url = reverse_lazy("password_reset_sent")


class ResetSent(auth.PasswordResetDoneView):
    template_name = "registration/password_reset_sent.html"


class ChoosePassword(auth.PasswordResetConfirmView):
    """Where an invitation and a reset lead. A link works once; a used or old one says so."""

    template_name = "registration/choose_password.html"
    success_url = reverse_lazy("inbox")
    post_reset_login = True
    post_reset_login_backend = "django.contrib.auth.backends.ModelBackend"


class ChangePassword(auth.PasswordChangeView):
    template_name = "registration/change_password.html"
    success_url = reverse_lazy("profile")

    def form_valid(self, form):
        messages.success(self.request, "Your password is changed. Other devices have to log in again.")
        return super().form_valid(form)


class ProfileForm(forms.ModelForm):
    time_zone = forms.ChoiceField(required=False, help_text="Times on your screens. By default your browser's.")

    class Meta:
        model = Agent
        fields = ["name", "time_zone", "enter_sends"]
        labels = {"enter_sends": "Enter sends (otherwise Ctrl + Enter does)"}
        help_texts = {"enter_sends": "", "name": "Colleagues see it, and customers where a number shows names."}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["time_zone"].choices = [("", "As my browser")] + [(zone, zone.replace("_", " ")) for zone in zones]


@login_required
def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@require_POST
def log_out(request):
    """End the session; the agent is absent at once. POST `conversations`: keep, give_back, or a colleague's id."""
    if request.user.is_authenticated:
        try:
            availability.logged_out(request.user, conversations=request.POST.get("conversations", availability.KEEP))
        except Refusal as refusal:
            messages.error(request, refusal.words)
            return redirect("inbox")
    return auth.LogoutView.as_view()(request)
