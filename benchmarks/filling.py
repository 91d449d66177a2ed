"""Fills a scratch database with many conversations, by SQL: minutes would pass through the product's own doors."""

from django.db import connection

# As many as the agents' reception limit: nobody has a place, so the line stays as long as it is.
ASSIGNED_EACH = 20
MESSAGES_EACH = 10

CONTACTS = """
insert into inbox_contact (name, profile_name, username, phone, email, attributes, notes, whatsapp_optout, created_at)
select 'Customer ' || n, '', '', '+49155' || lpad(n::text, 8, '0'), '', '{}', '', 'none', now()
from generate_series(1, %(conversations)s) n
"""
IDENTITIES = """
insert into inbox_identity (contact_id, kind, scope, value, created_at)
select id, 'wa_id', '', ltrim(phone, '+'), now() from inbox_contact
"""
THREADS = """
insert into inbox_thread (contact_id, number_id, reply_identity_id, window_until, version, changed_xid)
select contact_id, (%(numbers)s::bigint[])[1 + contact_id %% cardinality(%(numbers)s::bigint[])], id,
       now() + interval '20 hours', 1, 0
from inbox_identity
"""
# The newest customers are assigned, those before them queued, all others closed; spread over a year.
CONVERSATIONS = """
insert into inbox_conversation (thread_id, status, assignee_id, last_agent_id, opened_at, customer_wrote_at,
    unanswered_since, waiting_since, assigned_at, closed_at, bumped_at, last_inbound_id, handover_on)
select id, status, agent, agent, at, at, case when status <> 'closed' then at end,
       case when status = 'queued' then at end, at, case when status = 'closed' then at end, at, 0,
       'response'
from (
    select *, case when status <> 'queued' then agents[1 + place %% cardinality(agents)] end as agent
    from (
        select id, place, %(agents)s::bigint[] as agents,
               now() - place * interval '1 year' / %(conversations)s as at,
               case when place < %(assigned)s then 'assigned'
                    when place < %(assigned)s + %(queued)s then 'queued' else 'closed' end as status
        from (select id, row_number() over (order by id desc) - 1 as place from inbox_thread) numbered
    ) placed
) served
"""
PARTICIPANTS = """
insert into inbox_participant (conversation_id, agent_id, is_following, joined_at)
select id, assignee_id, false, bumped_at from inbox_conversation where assignee_id is not null
"""
MESSAGES = """
insert into inbox_message (thread_id, conversation_id, author_kind, author_id, kind, content, context, text, status, at,
    created_at, version, wamid, quoted_wamid, on_answer, reactions, revisions, attempts, error_text)
select thread_id, id, case when n %% 2 = 0 or assignee_id is null then 'customer' else 'agent' end,
       case when n %% 2 = 0 then null else assignee_id end, 'text',
       jsonb_build_object('text', 'Where is parcel no. ' || id || '/' || n || '?'), '{}',
       'Where is parcel no. ' || id || '/' || n || '?',
       case when n %% 2 = 0 or assignee_id is null then 'received' else 'read' end,
       bumped_at - n * interval '1 minute', bumped_at, 1, 'wamid.fill.' || id || '.' || n, '', '{}', '{}', '[]', 0, ''
from inbox_conversation, generate_series(%(messages)s - 1, 0, -1) n
"""
LAST_MESSAGES = """
update inbox_conversation set last_message_id = newest.id, last_inbound_id = newest.id
from (select conversation_id, max(id) as id from inbox_message group by 1) newest
where newest.conversation_id = inbox_conversation.id
"""


def fill(numbers, agents, conversations, queued, messages=MESSAGES_EACH):
    """One conversation per customer: ASSIGNED_EACH for each agent, `queued` in line, the others closed; `messages` in
    each."""
    values = {
        "numbers": [number.pk for number in numbers],
        "agents": [agent.pk for agent in agents],
        "conversations": conversations,
        "assigned": ASSIGNED_EACH * len(agents),
        "queued": queued,
        "messages": messages,
    }
    with connection.cursor() as cursor:
        for statement in (CONTACTS, IDENTITIES, THREADS, CONVERSATIONS, PARTICIPANTS, MESSAGES, LAST_MESSAGES):
            cursor.execute(statement, values)
