#include "app/ctl/arguments.h"

namespace edgelift::ctl {

const QList<OptionSpec> &globalOptions()
{
    static const QList<OptionSpec> options{
        {"json", nullptr, "Print JSON, one object a line."},
        {"socket", "PATH", "Of the agent (/run/edgelift/agent.sock)."},
        {"endpoint", "URL", "One address for all cloud products (a simulated cloud)."},
        {"state-dir", "DIR", "Of an agent that has to be started for this command."},
        {"source-disk", "FILE", "Disk image to migrate, the system disk first. Repeatable.", true},
    };
    return options;
}

const QList<CommandSpec> &commands()
{
    static const OptionSpec codeFile{"code-file", "FILE", "Holds the activation code; “-” is standard input."};
    static const char credentialsHelp[] =
        "Without --code-file, the AccessKey of the environment is used; without one, the code is read from standard input.";
    static const char jobHelp[] = "Without a job, the newest one that is not at its end is meant.";
    static const char resumeHelp[] =
        "Without a job, the newest one that is not at its end is meant.\n"
        "A copy that failed because its target was too small goes on with --plan: the plan that “plan show --job JOB --json” prints,\n"
        "with other sizes and places under “disks”. The transit instance is then made anew and the copy begins anew; everything\n"
        "else stays.";
    static const OptionSpec layout{"plan", "FILE", "Go on with the layout of this plan; nothing else in it may differ."};
    static const QList<CommandSpec> table{
        {"inspect", "Show the source server: disks, volumes, system.", nullptr, false, {}},
        {"check", "Show whether the source server can be migrated, and whether it reaches the cloud.", nullptr, false,
            {{"fix", "ID",
                 "Mend what this check found, where it can be mended for you: rsync, selinux, snapshot-driver (which only tests)."},
                {"choice", "WORD", "How: of rsync and snapshot-driver yes (default) or no, of selinux leave, permissive or disable."},
                codeFile, {"region", "REGION", "Whose addresses must answer: cn-beijing (default) or ap-southeast-1."}},
            "Asks Alibaba Cloud's addresses, or --endpoint, or the code's service; signs nothing. Exit code 3 when something prevents a "
            "migration."},
        {"plan new", "Print a plan for the source server that is valid as it is.", nullptr, false,
            {{"region", "REGION", "Where to keep the image: cn-beijing (default) or ap-southeast-1."}}},
        {"plan validate", "List everything that is wrong with a plan.", "plan.json", true, {},
            "With --source-disk or a running agent the plan is compared with the server. Exit code 3 when something is wrong."},
        {"plan show", "Show a plan in words.", "plan.json", false, {{"job", "JOB", "Show the plan of this migration instead of a file."}},
            "With --source-disk or a running agent the disks are drawn as they are and as they will be."},
        {"code create", "Make an activation code and print it, and nothing else.", nullptr, false,
            {{"quota", "N", "How many servers may be imported with it (200).", false, 1, 1000},
                {"days", "D", "How long it is valid (90).", false, 1, 90}, {"name", "NAME", "What to call it in lists."},
                {"pin", "HEX", "SHA-256 of the service's public key, for https without a certificate authority."}},
            "Needs --endpoint and an AccessKey in the environment."},
        {"code list", "List the account's activation codes.", nullptr, false, {}},
        {"code disable", "Switch an activation code off.", "ID", true, {}},
        {"code delete", "Delete an activation code.", "ID", true, {}},
        {"import", "Register the source server with the service.", nullptr, false, {codeFile}, credentialsHelp},
        {"migrate", "Migrate the source server as a plan says.", nullptr, false,
            {{"plan", "FILE", "The plan, as “plan new” prints it."}, codeFile,
                {"boot-check", nullptr, "At the end boot the image in a virtual machine, as “report --boot-check” does."}},
            credentialsHelp},
        {"status", "Show migrations and how far they are.", "job", false, {}},
        {"pause", "Stop the running migration; it can be resumed.", "job", false, {}},
        {"resume", "Go on with a stopped or failed migration and follow it.", "job", false, {layout}, resumeHelp},
        {"retry", "The same as resume, after an error.", "job", false, {layout}, resumeHelp},
        {"modify", "Change the transfer, while it runs or before it goes on.", "job", false,
            {{"limit", "MBPS", "Speed limit in Mbit/s; 0 means unlimited.", false, 0, 100000},
                {"compression", "0-10", "Compression; 0 means none.", false, 0, 10},
                {"checksum", "on|off", "Read the target back, read the source again, and compare both at the end."},
                {"disk-limit", "MBPS", "Limit of reading the source's disks in MB/s; 0 means unlimited.", false, 0, 100000},
                {"nice", "0-19", "Niceness of what reads, packs and sends; its disk reads stand back as well.", false, 0, 19},
                {"back-off", "on|off", "Read more slowly while the source's own disk accesses take longer than usual."},
                {"freeze", "1-60", "How many seconds the final moment of a running server may hold its filesystems still.", false, 1, 60},
                {"schedule", "FILE", "Time plan: a JSON list as in the plan's “transfer.schedule”; “none” removes it."}},
            "While a window of the time plan holds the time of day, its limits replace --limit and --disk-limit. “status” shows what is in "
            "force."},
        {"cutover", "Let the copy of a running server take its final point now (a plan with manual cutover waits for this).", "job", false,
            {}},
        {"cancel", "Give a migration up and remove everything it made in the cloud.", "job", false, {}, jobHelp},
        {"report", "Print the path of a migration's report.", "job", false,
            {{"boot-check", nullptr, "First boot the image in a virtual machine and put into the report how far it came."}},
            "--boot-check is for images that lie on this machine (a simulated cloud) and needs QEMU. Exit code 4 when the image does not "
            "come up."},
        {"diagnostics", "Pack logs and job records for support, without secrets.", nullptr, false,
            {{"output", "FILE", "Where to put the bundle (edgelift-….zip in this folder)."},
                {"list", nullptr, "Only print what would be in it."}}},
        {"abort", "Stop what runs and end the agent; migrations stay resumable.", nullptr, false, {}},
        {"cloud list", "List what migrations have in the cloud now, and what it costs.", "job", false, {}},
        {"cloud clean", "Remove what stopped or failed migrations left in the cloud.", "job", false, {},
            "Without a job: of every migration that is neither running nor finished. They cannot be resumed after that."},
    };
    return table;
}

}
