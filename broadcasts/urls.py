"""The addresses of broadcasts. Names are what templates and other modules use."""

from django.urls import path

from broadcasts.views import (
    attaching,
    beginning,
    composing,
    deeds,
    detail,
    entering,
    history,
    listing,
    recipients,
    reviewing,
)

urlpatterns = [
    path("broadcasts/", listing.broadcasts, name="broadcasts"),
    path("broadcasts/moving/", listing.moving, name="broadcasts_moving"),
    path("broadcasts/new/", beginning.new, name="new_broadcast"),
    path("contacts/broadcasts/", history.contact_broadcasts, name="contact_broadcasts"),
    path("broadcasts/to/", entering.to_contacts, name="broadcast_to_contacts"),
    path("broadcasts/<int:broadcast_id>/", detail.broadcast, name="broadcast"),
    path("broadcasts/<int:broadcast_id>/progress/", detail.progress, name="broadcast_progress"),
    path("broadcasts/<int:broadcast_id>/ledger.csv", detail.ledger_csv, name="broadcast_csv"),
    path("broadcasts/<int:broadcast_id>/picture/", attaching.picture, name="broadcast_picture"),
    path("broadcasts/<int:broadcast_id>/do/<slug:name>/", deeds.act, name="broadcast_act"),
    path("broadcasts/<int:broadcast_id>/delete/", deeds.delete, name="broadcast_delete"),
    path("broadcasts/<int:broadcast_id>/restore/", deeds.restore, name="broadcast_restore"),
    path("broadcasts/<int:broadcast_id>/draft/", beginning.resume, name="broadcast_draft"),
    path("broadcasts/<int:broadcast_id>/channel/", beginning.channel, name="broadcast_channel"),
    path("broadcasts/<int:broadcast_id>/message/", composing.message, name="broadcast_message"),
    path("broadcasts/<int:broadcast_id>/message/people/", composing.people, name="broadcast_people"),
    path("broadcasts/<int:broadcast_id>/message/files/", attaching.files, name="broadcast_files"),
    path("broadcasts/<int:broadcast_id>/message/above-text/", attaching.above_text, name="broadcast_above_text"),
    path("broadcasts/<int:broadcast_id>/recipients/", recipients.recipients, name="broadcast_recipients"),
    path("broadcasts/<int:broadcast_id>/recipients/tick/", recipients.tick, name="broadcast_tick"),
    path("broadcasts/<int:broadcast_id>/recipients/group/", recipients.group, name="broadcast_group"),
    path("broadcasts/<int:broadcast_id>/recipients/filter/", recipients.narrow, name="broadcast_narrow"),
    path("broadcasts/<int:broadcast_id>/recipients/list/", recipients.pasted, name="broadcast_pasted"),
    path("broadcasts/<int:broadcast_id>/review/", reviewing.review, name="broadcast_review"),
    path("broadcasts/<int:broadcast_id>/review/test/", reviewing.test, name="broadcast_test"),
    path("broadcasts/<int:broadcast_id>/review/tests/", reviewing.tests, name="broadcast_tests"),
]
