"""What long lists of administration share."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from inbox.models import Thread
from inbox.queries.folders import contacts_like, number_in


def link(address, words):
    """As the theme shows links inside of a list."""
    return format_html('<a class="text-primary-600 dark:text-primary-500 underline" href="{}">{}</a>', address, words)


class OfThreads:
    """Rows of threads, by the million: nothing is counted, the search asks the contacts first, nothing is edited."""

    # The search box is there for fields; what it does is below.
    search_fields = ["thread__contact__name"]
    search_help_text = "Customer, phone or conversation number"
    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    list_per_page = 50
    MOST_THREADS = 500

    def get_search_results(self, request, queryset, search_term):
        words = search_term.replace("\x00", "").strip()[:100]
        if not words:
            return queryset, False
        if (of_conversation := self._of_conversation(queryset, words)).exists():
            return of_conversation, False
        threads = Thread.objects.filter(contact__in=contacts_like(words)).order_by("-pk")
        return queryset.filter(thread__in=list(threads.values_list("pk", flat=True)[: self.MOST_THREADS])), False

    def _of_conversation(self, queryset, words):
        number = number_in(words)
        return queryset.none() if number is None else queryset.filter(conversation=number)

    @display(description="Customer")
    def customer(self, row):
        """Who it is about, leading to the conversation in the inbox."""
        if row.thread is None:
            return "Nobody"
        if row.conversation_id is None:
            return row.thread.contact.display_name
        address = reverse("conversation", args=[row.conversation_id])
        return link(address, row.thread.contact.display_name)
