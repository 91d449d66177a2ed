"""Contacts: found by phone, by WhatsApp's user id or by the program's own id.

None is deleted here: with a contact would go the threads, and what agents and customers have said. A customer who wants
to hear nothing more is opted out.
"""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.response import Response

from inbox import consent, shapes
from inbox.actions.contacts import save_contact
from inbox.api.queries import BY_UPDATE, UPDATED_SINCE, PageQuery
from inbox.api.resources import Pages, Resource, StorableDict
from inbox.consent import Said, Source
from inbox.models import ApiKey, Contact
from inbox.queries.folders import contacts_like
from inbox.queries.reach import contacts_on, is_stranger_on
from inbox.rules.consent import stricter

Scope = ApiKey.Scope


# What people and programs keep about a customer is not for a key of a number that has not had a word with them.
NOT_MET = {
    "external_id": None,
    "name": "",
    "profile_name": "",
    "username": "",
    "email": "",
    "owner": None,
    "attributes": {},
    "notes": "",
}


class ContactSerializer(shapes.ContactSerializer):
    def to_representation(self, contact):
        shown = super().to_representation(contact)
        return shown if getattr(contact, "is_met", True) else {**shown, **NOT_MET}


class OptOutField(serializers.ChoiceField):
    """Empty: what we start may be sent; "marketing" or "all": that is refused."""

    def __init__(self):
        words = "What the customer does not want to get: nothing (empty), marketing, or all that we start."
        super().__init__(choices=Contact.OptOut.choices, allow_blank=True, required=False, help_text=words)


class ContactWriteSerializer(serializers.Serializer):
    """What a program tells of a contact. At least one of phone, user_id, external_id when it is new."""

    external_id = serializers.CharField(max_length=128, required=False, help_text="Your own id, for example the CRM's.")
    phone = serializers.CharField(max_length=40, required=False, help_text="International, with plus sign.")
    user_id = serializers.CharField(max_length=160, required=False, help_text="WhatsApp's business-scoped user id.")
    number = serializers.IntegerField(
        required=False,
        help_text="Id of one of our numbers whose business knows the user id; may be left out where there is one.",
    )
    name = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="What your team calls them."
    )
    email = serializers.EmailField(required=False, allow_blank=True, help_text="Mail address.")
    owner = serializers.IntegerField(required=False, allow_null=True, help_text="Id of the agent who owns the contact.")
    attributes = StorableDict(required=False, help_text="Merged with what is there; null takes a key away.")
    notes = serializers.CharField(
        max_length=10_000, required=False, allow_blank=True, help_text="For the team to read."
    )
    whatsapp_optout = OptOutField()
    email_optout = OptOutField()
    sms_optout = OptOutField()


class ContactQuery(PageQuery):
    q = serializers.CharField(required=False, max_length=100, help_text="A part of the name or of the phone.")
    phone = serializers.CharField(required=False, help_text="Only the contact with this phone, as it is stored.")
    external_id = serializers.CharField(required=False, help_text="Only the contact with this id of yours.")
    updated_since = serializers.DateTimeField(required=False, help_text=UPDATED_SINCE)


class Contacts(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Customers."""

    serializer_class = ContactSerializer
    scopes = {
        "list": Scope.CONTACTS_READ,
        "retrieve": Scope.CONTACTS_READ,
        "create": Scope.CONTACTS_WRITE,
        "partial_update": Scope.CONTACTS_WRITE,
    }
    queries = {"list": ContactQuery}

    @property
    def ordering(self):
        return BY_UPDATE if "updated_since" in self.query else Pages.ordering

    def get_queryset(self):
        contacts = contacts_on(self.request.auth.number_id).prefetch_related("identities")
        contacts = contacts.filter(**self.filters("phone", "external_id", updated_since="updated_at__gte"))
        if "q" in self.query:
            contacts = contacts.filter(pk__in=contacts_like(self.query["q"]))
        is_asked_by_what_is_kept = {"q", "external_id"} & set(self.query)
        return contacts.filter(is_met=True) if is_asked_by_what_is_kept and self.request.auth.number_id else contacts

    @extend_schema(
        request=ContactWriteSerializer,
        responses={201: ContactSerializer, 200: ContactSerializer},
        summary="Save a contact",
    )
    def create(self, request):
        """Create a contact, or change the one that has this phone, user id or id of yours: then the answer is 200. The
        same phone never makes a second contact (S0-5). Of a customer with whom only other numbers have had a word, a
        key of one number fills in what nobody has entered, and sees the rest once a conversation is opened."""
        told = self.told(ContactWriteSerializer)
        contact, is_new = save_contact(told, number=request.auth.number, account=self.account_for(told))
        keep_choices(contact, told, request.auth.number_id)
        return self.shown(contact, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=ContactWriteSerializer)
    def partial_update(self, request, pk):
        """What is not told stays as it is."""
        told = self.told(ContactWriteSerializer)
        how = {"number": request.auth.number, "account": self.account_for(told)}
        contact, _ = save_contact(told, contact=self.get_object(), **how)
        keep_choices(contact, told, request.auth.number_id)
        return self.shown(contact)

    def account_for(self, told):
        """Whose user id is told, and whose agent is the owner. Raises Refusal for what the key cannot reach."""
        if told.get("owner"):
            self.agent(told["owner"], "owner")
        return self.number(told.get("number")).account if "user_id" in told else None

    def shown(self, contact, code=status.HTTP_200_OK):
        if self.request.auth.number_id is not None:
            contact = contacts_on(self.request.auth.number_id).get(pk=contact.pk)
        return Response(ContactSerializer(contact).data, status=code)


def keep_choices(contact, told, number_id):
    """What the customer refused or agreed to, as the program knows it; what they told other numbers only it does not
    take back."""
    for channel, field in consent.FIELDS.items():
        if field in told:
            is_stranger = number_id is not None and is_stranger_on(contact, number_id)
            wanted = stricter(consent.stored(contact, channel), told[field]) if is_stranger else told[field]
            consent.choose(contact, channel, wanted, Said(Source.API))
