"""News that the inbox sends upward. Receivers run inside the sender's transaction.

message_received      sender=Message, message=, conversation= (None when only recorded), decision= the rule's answer,
                      answered= our message that it answers, or None, change= the inbox.changes.Change that it is a
                      part of
message_queued        sender=Message, message= an outbound message (not of a broadcast) that was accepted for sending,
                      change=
messages_moved        sender=Message, messages= outbound ones of ours whose delivery status has changed, now=
thread_opened         sender=Thread, thread=, at= the customer opened the chat (request_welcome), change=
demo_written          sender=None, the demo was filled in, and more may be put into it
conversation_changed  sender=Conversation, conversation=, before= Whereabouts before the change (None: it is new),
                      now= the time of the change, change= the Change, which is about to commit
"""

from django.dispatch import Signal

demo_written = Signal()
message_received = Signal()
message_queued = Signal()
messages_moved = Signal()
thread_opened = Signal()
conversation_changed = Signal()
