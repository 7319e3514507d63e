"""How lines speak of success, of failure, of trying again, and of failures that are not theirs."""

import re

# Harmless, however frightening the words.
HARMLESS = re.compile(
    r"""(?<![\w.,])(?:0|no|zero|keine?|sin|aucune?)\s(?:\w+\s)?(?:errors?|failures?|failed|warnings?|problems?|issues?|exceptions?|timeouts?|vulnerabilit\w+|fehler|errores|deadlocks?)\b
      | \b(?:errors?|failures?|failed|timeouts?|exceptions?|err|error_count)["']?\s?[=:]\s?(?:0\b|none\b|null\b|nil\b|\[\]|\{\}|false\b|"")
      | \b(?:PASS(?:ED)?|passed)\b | \.\.\.\s?ok\b | ^\s*(?:✓|√|✔) | ^\s*ok\s+\d+ | ^=== (?:RUN|PAUSE|CONT)
      | \b(?:Pending)?(?:Deprecation|Future|Resource|User|Runtime|Syntax)Warning\b | \bwarn(?:ing)?\b.{0,20}\bdeprecated\b | ^\s*warning:
      | \b(?:caught|got|saw|handled|raised) (?:the |an? )?expected\b | \bas expected\b | \bexpected (?:failure|error|exception)\b
      | \b(?:ignored|ignoring|suppressed|non-fatal|not fatal|harmless|can be ignored|safe to ignore)\b
      | \bretry(?:ing)?\b.{0,60}(?:\bok\b|succe|worked) | \bfound 0\b
      | \b(?:error|exception|failure|timeout|retry|fault)[_ -]?(?:handler|handling|reporter|boundary|policy|strategy|manager|middleware|page|codes?|budget)s?\b.{0,40}\b(?:loaded|started|registered|installed|ready|enabled|initiali[sz]ed|configured|set)
      | \b(?:retry_on|retryable\w*|retry_exceptions|on_error|ignore_errors|error_codes|alert\srule|fatal_\w+|registering|handlers?)\b["']?\s?[:=\["(]
      | ^\s*(?:commit\s)?[0-9a-f]{4,40}\s(?:fix|feat|chore|refactor|test|docs)\b
      | :\s(?:none|ok|passed|clean|nothing)\s*$
      | ^\s*(?:[$>+]|\#\d+ \[)\s?\w | ^\s*Notice:""",
    re.IGNORECASE | re.VERBOSE,
)
# Counts that are not nought: they take a line out of the harmless.
NOT_HARMLESS = re.compile(
    r"\b(?:errors?|failures?|failed)\b[\"']?\s?[=:]\s?[1-9]|\b[1-9]\d{0,6} (?:tests? )?(?:failed|failures?|errors?)\b|\bFAILED\b|\bFAIL\b"
    r"|^E  |\bexpected at least",
)
# A try of several, of which a later one may do.
TRYING = re.compile(
    r"\bretrying\b|\bwill (?:be )?(?:retr(?:y|ied)|try again)|\bbacking off|\bback-?off\b|\bretry(?:ing)? (?:in\b|after \d|#?\d+\b)|\btrying again|\bRetry\(total="
    r"|\b(?:attempt|try|retry|versuch) #?\d{1,3}\s?(?:of|/)|\b(?:attempt|try) #?\d{1,3} failed|\bfalling back\b|\busing fallback|\(attempt \d",
    re.IGNORECASE,
)
GIVING_UP = re.compile(
    r"\bgiv(?:ing|en?) up|\bgave up|\bmax(?:imum)? (?:number of )?(?:retries|attempts) (?:exceeded|reached)|\bretries exhausted|\bno more retries|\bafter \d+ (?:attempts|retries|tries)"
    r"|\b(?:attempt|try|retry) #?(\d{1,3})\s?(?:of|/)\s?\1\b|\babort(?:ed|ing)\b|\bmarking (?:it|task) (?:as )?failed|\bexhausted all",
    re.IGNORECASE,
)
RECOVERED = re.compile(
    r"\b(?:reconnected|recovered|re-?established|back online|healthy again)\b"
    r"|\b(?:attempt|retry|try) #?\d{1,3} (?:was )?(?:succe|ok\b|worked)|\bretry succeeded|\b(?:on|after) (?:attempt|retry|try) \d|\bbackoff over|\.\.\. ?ok$|\bFinished task\b|\bSuccessfully joined|\bprobe succeeded"
    r"|\bfailover (?:complete|done)|\bfallback (?:succeeded|ok|used)",
    re.IGNORECASE,
)
# Something went well; whether what failed before, other words must say.
WENT_WELL = re.compile(
    r"\b(?:succeeded|resumed|acquired|refreshed|restored|connected|loaded|ok|done|successful(?:ly)?|fetched|available|downloaded|completed?)\b",
    re.IGNORECASE,
)
# The run as a whole went well.
SUCCEEDED = re.compile(
    r"""\bexit(?:ed|s)?(?:\swith)?(?:\s(?:code|status))?\s?[:=]?\s?0\b | exit_?code["']?\s?[:=]\s?0\b | \breturn(?:ed)?\s(?:code\s)?0\b
      | \bBUILD\sSUCCESS | \bFinished:\sSUCCESS | \bMarking\stask\sas\sSUCCESS | \bApply\scomplete! | \bfinal\sstatus:\sSUCCEEDED | \bDeactivated\ssuccessfully
      | \b(?:completed|finished|ended|done|succeeded|loaded|installed|stopped|deployed|exported|imported)\s(?:successfully|without\serrors?|ok)\b | \bSuccessfully\s(?:completed|finished|installed|stopped|built|loaded|deployed|exported|imported|processed)
      | \b(?:all|\d+)\s(?:\w+\s){0,2}(?:checks|tests|stages|tasks|steps|suites|expectations)\s(?:have\s)?(?:completed|passed|succeeded|finished|done)\b
      | \b\d+\spassed\b | \bTests:?\s+\d+\spassed | \btest\sresult:\sok\b | \bPASS=\d+\sWARN=\d+\sERROR=0 | \bAll\schecks\spassed | \bno\sissues\sfound
      | \b(?:run|job|pipeline|dag|workflow|load|export|import|training|sync|backup|migration|build|deploy(?:ment)?|process|script|merge|etl|ingest(?:ion)?|vacuum|execution)\b\s(?:\S{1,40}\s)?(?:is\s|was\s|has\s|state\s)?(?:completed?|finished|succeeded|done|passed|success|SUCCESS|beendet)\b
      | ^success\b | ^Done\sin\s[\d.]+ | \bexit(?:ing|ed)\s(?:normally|cleanly)\b | \b\d+\spassing\b
      | \bstatus["']?\s?[:=]\s?["']?(?:success|succeeded|completed|ok)\b | \bJob\ssucceeded\b | ^(?:PASS|OK|Done\.?|COMMIT)$ | ^ok\s+\S+\s+[\d.]+s""",
    re.VERBOSE | re.IGNORECASE,
)
FAILED = re.compile(
    r"""\bexit(?:ed|s)?(?:\swith)?(?:\s(?:code|status))?\s?[:=]?\s?-?[1-9]\d{0,2}\b | exit_?code["']?\s?[:=]\s?-?[1-9] | \bBUILD\sFAIL | \bFinished:\sFAILURE | \bas\sFAILED
      | \bFAILED\b | \b(?:task|job|stage|step|run|pipeline|build|dag|workflow|command)\b.{0,40}\bfail(?:ed|ure)\b | \bgiving\sup\b | \baborting\b | \btask_failure\b | \bupstream_failed\b
      | ^Traceback\s\(most\srecent | ^Exception\sin\sthread | ^panic:\s | ^fatal(?:\serror)?: | \bFATAL\b | \bCRITICAL\b | \b[1-9]\d*\sfailed\b | ^make(?:\[\d+\])?:\s\*\*\* | Failures:\s[1-9] | \bFAILURE\b""",
    re.VERBOSE,
)
# What parents and wrappers say when a child failed: true, and no cause.
WRAPPER = re.compile(
    r"""^\W*(?:\w+(?:\.\w+)*(?:Error|Exception|Failed)\w*:\s)?(?:
        task_failure | upstream_failed | skipped
      | (?:the\s)?(?:bash\s)?command\b.{0,200}?\b(?:exited|failed|returned)\b.{0,60}\b(?:code|status)\s1\b.{0,3}
      | .{0,200}\breturned\snon-zero\sexit\sstatus\s1\b.{0,4}
      | (?:task|stage|step|job|run|pipeline|dag|workflow|process|build)\b\s?[\w.'":-]{0,60}\s(?:has\s)?failed(?:\swith\s(?:exception|exit\scode\s1|status\sERROR|an\serror|errors))?[.!]?
      | process\scompleted\swith\sexit\scode\s1\.? | exit\s(?:status|code)\s[12] | Marking\stask\sas\sFAILED.{0,200} | build\sfail(?:ed|ure).{0,40}
      | \*\*\*\s\[.{0,200}\]\serror\s\d+ | make(?:\[\d+\])?:\s\*\*\*.{0,200}error\s\d+ | finished:\sfailure | bash\scommand\sfailed.{0,120}code\s1\.
    )\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
# Worth a second look in a long log; all in lower case.
STEMS = (
    "error", "fail", "exception", "fatal", "panic", "traceback", "caused by", "kill", "denied", "refused", "timeout",
    "timed out", "time limit", "unable", "cannot", "can't", "could not", "couldn't", "not found", "no such", "missing",
    "invalid", "unknown", "exceed", "expired", "unauthori", "forbidden", "reset", "abort", "segmentation", "dumped",
    "oom", "memory", "no space", "quota", "too many", "exhaust", "deadlock", "assert", "undefined", "unexpected",
    "violat", "mismatch", "not exist", "duplicate", "malformed", "corrupt", "evict", "throttl", "slowdown",
    "unavailable", "certificate", "ora-", "not set", "unbound", "unrecognized", "required", "is empty", "never arrived",
    "gave up", "giving up", "lost", "stopped", "changed", "critical", "severe", " 0 rows", "401", "403", "404", "429",
    "500", "502", "503", "504", "does not", "->", "default", "backoff", "reject", "conflict", "incompatib", "unsupported", "fehler",
)  # fmt: skip
