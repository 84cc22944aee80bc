/* What the agent and edgelift-freezer say to each other, over a SOCK_SEQPACKET socket that is the freezer's descriptor 0. Plain C types:
   the freezer is linked with nothing.

   edgelift-freezer DEADLINE_MS MOUNT_POINT...     in the order of freezing

   The agent sends one byte: 'F' freeze, 'T' thaw. Closing the socket, also by dying, means thaw and end. The freezer sends
   FreezerMessages. After Done it ends; a Done without an 'F' before is a refusal to begin. */
#ifndef EDGELIFT_FREEZERPROTOCOL_H
#define EDGELIFT_FREEZERPROTOCOL_H

enum FreezerKind {
    FreezerReady = 1, /* armed: memory locked, mount points open, the watchdog stands by */
    FreezerFroze = 2, /* mount point `index` is frozen, which took `microseconds` */
    FreezerAllFrozen = 3,
    FreezerThawed = 4, /* mount point `index` is thawed, which took `microseconds` */
    FreezerDone = 5 /* nothing is frozen any more; `reason`; `microseconds` from the first freeze to now */
};

enum FreezerReason {
    FreezerAsked = 0, /* by 'T'; everything was frozen until then */
    FreezerRefused = 1, /* mount point `index` could not be frozen or opened: `error` is errno */
    FreezerDeadline = 2,
    FreezerWatchdogDied = 3,
    FreezerFreezerDied = 4, /* said by the watchdog */
    FreezerAgentGone = 5,
    FreezerThawedByOther = 6, /* mount point `index` was not frozen any more when it should be thawed */
    FreezerNotArmed = 7 /* no memory to lock, no second process: `error` is errno */
};

struct FreezerMessage
{
    int kind;
    int index; /* of a mount point, or -1 */
    int reason;
    int error;
    long long microseconds;
};

#define FREEZER_LONGEST_DEADLINE_MS 60000 /* the kernel reports hung tasks after 120 s */

#endif
