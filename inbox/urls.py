"""The inbox's addresses. Names are what templates and other modules use."""

from django.urls import path, re_path

from inbox.views import accounts, actions, availability, files, health, pages, settings

urlpatterns = [
    path("", pages.inbox, name="home"),
    path("inbox/", pages.inbox, name="inbox"),
    path("inbox/list/", pages.conversation_list, name="inbox_list"),
    path("inbox/counts/", pages.counts, name="inbox_counts"),
    path("inbox/availability/", availability.availability, name="inbox_availability"),
    path("inbox/leaving/", availability.leaving, name="inbox_leaving"),
    path("inbox/c/<int:conversation_id>/", pages.conversation, name="conversation"),
    path("inbox/c/<int:conversation_id>/items/", pages.items, name="conversation_items"),
    path("inbox/c/<int:conversation_id>/row/", pages.row, name="conversation_row"),
    path("inbox/c/<int:conversation_id>/head/", pages.head, name="conversation_head"),
    path("inbox/c/<int:conversation_id>/transfer/", actions.transfer, name="conversation_transfer"),
    path("inbox/c/<int:conversation_id>/tags/", actions.tags, name="conversation_tags"),
    path("inbox/c/<int:conversation_id>/read/", actions.read, name="conversation_read"),
    path("inbox/c/<int:conversation_id>/unread/", actions.unread, name="conversation_unread"),
    path("inbox/c/<int:conversation_id>/contact-notes/", actions.notes, name="contact_notes"),
    re_path(
        r"^inbox/c/(?P<conversation_id>[0-9]{1,18})/"
        r"(?P<name>claim|take-over|give-back|close|undo-close|reopen|follow|unfollow|waive)/$",
        actions.act,
        name="conversation_act",
    ),
    path("files/<uuid:token>/", files.file, name="file"),
    path("healthz", health.healthz, name="healthz"),
    path("login/", accounts.LogIn.as_view(), name="login"),
    path("logout/", accounts.log_out, name="logout"),
    path("password/", accounts.ChangePassword.as_view(), name="password_change"),
    path("password/reset/", accounts.AskForReset.as_view(), name="password_reset"),
    path("password/reset/sent/", accounts.ResetSent.as_view(), name="password_reset_sent"),
    path("invitation/<uidb64>/<token>/", accounts.ChoosePassword.as_view(), name="invitation"),
    path("profile/", accounts.profile, name="profile"),
    path("settings/tags/", settings.tags, name="tags"),
    path("settings/tags/<int:tag_id>/", settings.tag, name="tag"),
    path("settings/tags/<int:tag_id>/delete/", settings.delete_tag, name="delete_tag"),
    path("settings/canned-replies/", settings.canned_replies, name="canned_replies"),
    path("settings/canned-replies/<int:reply_id>/", settings.canned_reply, name="canned_reply"),
    path("settings/canned-replies/<int:reply_id>/delete/", settings.delete_canned_reply, name="delete_canned_reply"),
]
