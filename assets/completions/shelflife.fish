# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_shelflife_global_optspecs
    string join \n base-url= allow-http limit= read-only demo files= load= refresh= color= theme= log-file= config= h/help V/version
end

function __fish_shelflife_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_shelflife_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_shelflife_using_subcommand
    set -l cmd (__fish_shelflife_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c shelflife -n "__fish_shelflife_needs_command" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_needs_command" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_needs_command" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_needs_command" -l load -d 'What to load: pages as the view calls for them and the rest at leisure (auto), only the former (demand), or all at once [default: auto]' -r -f -a "auto\t'Pages as the view calls for them, and the rest at leisure'
demand\t'Pages as the view calls for them'
all\t'The whole list at once'"
complete -c shelflife -n "__fish_shelflife_needs_command" -l refresh -d 'How often to refresh: a span such as 10s or 1h30m, or off [default: 30s]' -r
complete -c shelflife -n "__fish_shelflife_needs_command" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'Where the terminal has any, unless `NO_COLOR` is set'
always\t'Whatever the environment says'
never\t'Not at all'"
complete -c shelflife -n "__fish_shelflife_needs_command" -l theme -d 'The colours: auto, dark, light, plain, juniper, fig, linen (for light terminals), beacon (for any colour vision), or one of your own [default: auto]' -r -f -a "dark\t''
light\t''
juniper\t''
fig\t''
linen\t''
beacon\t''
plain\t''"
complete -c shelflife -n "__fish_shelflife_needs_command" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_needs_command" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_needs_command" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_needs_command" -l read-only -d 'Change nothing on the service: no uploads, no deletions'
complete -c shelflife -n "__fish_shelflife_needs_command" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_needs_command" -s V -l version -d 'Print version'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "list" -d 'Print the files: a page of them, all, or those that a filter lets through'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "show" -d 'Print all metadata of one file'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "download" -d 'Save files to this machine'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "rescue" -d 'Save all files that are soon gone and not saved: the cron job'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "upload" -d 'Store files on the service: looked at first, sent once'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "validate" -d 'Tell whether files are sound inputs of a batch, before they are uploaded'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "delete" -d 'Delete files from the service'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "check" -d 'Tell a monitoring system, in one line, whether files are about to expire'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "wait" -d 'Wait until files appear, vanish, or have little time left'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "ledger" -d 'Print what was saved, uploaded and deleted from here'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "metrics" -d 'Print how the files stand, for Prometheus; or serve it, or write it to a file'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "content" -d 'Print the content of a file, or a part of it'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "config" -d 'Print a commented configuration file, or what is in force'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "doctor" -d 'Say what is in order and what is not: terminal, configuration, key, address, TLS, one call'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "demo-server" -d 'Serve the demo API on its own, until interrupted'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "completions" -d 'Print what a shell reads to complete this command line'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "man" -d 'Print the manual page of the program, or of a command'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "help" -d 'Say more: of a command, or of a topic'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l load -d 'What to load: pages as the view calls for them and the rest at leisure (auto), only the former (demand), or all at once [default: auto]' -r -f -a "auto\t'Pages as the view calls for them, and the rest at leisure'
demand\t'Pages as the view calls for them'
all\t'The whole list at once'"
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l filter -d 'Only what this lets through, such as \'left<6h and not purpose:evals\'; reads the whole list' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l sort -d 'Sort by a field, the largest first with :desc; reads the whole list' -r -f -a "id\t''
filename\t''
bytes\t''
purpose\t''
created_at\t''
expires_at\t''
left\t''"
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l output -d 'The form to print in' -r -f -a "table\t'Aligned columns, for reading'
json\t'The API\'s own form, with values normalised'
jsonl\t'One file a line'
csv\t'RFC 4180 with a header line'
ids\t'One id a line'"
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l columns -d 'The fields to print, in this order' -r -f -a "id\t''
filename\t''
bytes\t''
purpose\t''
created_at\t''
expires_at\t''
left\t''"
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l all -d 'Read on to the end of the list'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l safe -d 'With csv: put a \' before texts that a spreadsheet would take for a formula'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l fail-empty -d 'End with exit code 4 where nothing is printed'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l quiet -d 'Say only what went wrong: no progress and no notes'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l progress -d 'Show how far it is, also while the files are printed on the same terminal'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand show" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand show" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand show" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand show" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand show" -l output -d 'The form to print in' -r -f -a "table\t'Labels and values, for reading'
json\t'The API\'s own form, with values normalised'"
complete -c shelflife -n "__fish_shelflife_using_subcommand show" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand show" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l filter -d 'Save what this lets through; reads the whole list' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l to -d 'The folder to save to; made where it is missing [default: the setting downloads, or the working directory]' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l output -d 'The form of what is printed on standard output: nothing, or a record a file' -r -f -a "jsonl\t'One record a line'"
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l again -d 'Save also what is saved already'
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l trust-length -d 'Believe the announced length where the list has another'
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l dry-run -d 'Print the files that this would be done to, and do it to none'
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l quiet -d 'Say only what went wrong: no progress and no notes'
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -l progress -d 'Show how far it is, also while the files are printed on the same terminal'
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l within -d 'What has less time left than this is at risk [default: the bound of soon, 24h]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l filter -d 'Only what this lets through' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l splay -d 'Wait for a random while up to this first, so that many machines do not ask at once' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l to -d 'The folder to save to; made where it is missing [default: the setting downloads, or the working directory]' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l output -d 'The form of what is printed on standard output: nothing, or a record a file' -r -f -a "jsonl\t'One record a line'"
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l again -d 'Save also what is saved already'
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l trust-length -d 'Believe the announced length where the list has another'
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l dry-run -d 'Print the files that this would be done to, and do it to none'
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l quiet -d 'Say only what went wrong: no progress and no notes'
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -l progress -d 'Show how far it is, also while the files are printed on the same terminal'
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l purpose -d 'What the files are to be used for' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l expires-in -d 'How long the service keeps them, from 1h to 30d [default: as the service likes]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l output -d 'The form of what is printed on standard output: nothing, or a record a file' -r -f -a "jsonl\t'One record a line'"
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l read-only -d 'Change nothing on the service: no uploads, no deletions'
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l dry-run -d 'Print the files that this would be done to, and do it to none'
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l quiet -d 'Say only what went wrong: no progress and no notes'
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -l progress -d 'Show how far it is, also while the files are printed on the same terminal'
complete -c shelflife -n "__fish_shelflife_using_subcommand upload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand validate" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand validate" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand validate" -l purpose -d 'What the files are to be used for' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand validate" -l service -d 'Take the limits of this service [default: that of the address in force]' -r -f -a "cerebras\t''
openai\t''
groq\t''
together\t''
mistral\t''
azure\t''"
complete -c shelflife -n "__fish_shelflife_using_subcommand validate" -l output -d 'The form to print in' -r -f -a "text\t'A line a finding, and one a file that sums up'
json\t'One document'"
complete -c shelflife -n "__fish_shelflife_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l from-file -d 'Read the ids from a file, a line each; - is standard input' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l filter -d 'Delete what this lets through; reads the whole list' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l confirm -d 'Do not ask, if it is so many files; needed for more than 100' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l output -d 'The form of what is printed on standard output: nothing, or a record a file' -r -f -a "jsonl\t'One record a line'"
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l read-only -d 'Change nothing on the service: no uploads, no deletions'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l yes -d 'Do not ask'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l include-in-use -d 'Delete also what is the input of a batch that is not over'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l ignore-missing -d 'Take an id that is not there for done'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l dry-run -d 'Print the files that this would be done to, and do it to none'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l quiet -d 'Say only what went wrong: no progress and no notes'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -l progress -d 'Show how far it is, also while the files are printed on the same terminal'
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -s w -l warning -d 'What the time left should be, or a warning is given [default: 24h:]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -s c -l critical -d 'What the time left should be, or it is critical [default: 1h:]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -l filter -d 'Only files that this lets through, such as \'purpose:batch\'' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -l empty -d 'The status where there is no file' -r -f -a "ok\t'All is well'
warning\t'Somebody should look'
critical\t'Somebody must look now'
unknown\t'Nothing is known'"
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -s t -l timeout -d 'How long it may take in all, from 1s to 1h' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -s V -l version -d 'Print version'
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l appears -d 'Until a file is there that this lets through' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l vanishes -d 'Until all files are gone that this lets through now' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l left-below -d 'Until a file has less time left than this, such as 1h; one that has expired has' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l filter -d 'With --left-below: only files that this lets through' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l timeout -d 'How long to wait at most; 0 looks once' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l interval -d 'From one reading to the next, from 1s to 24h' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l new -d 'With --appears: what is there already does not count'
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l quiet -d 'Say only what went wrong: no progress and no notes'
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -l progress -d 'Show how far it is, also while the files are printed on the same terminal'
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand ledger" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand ledger" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand ledger" -l output -d 'The form to print in' -r -f -a "table\t'A line a record, for reading'
jsonl\t'The records as they are'"
complete -c shelflife -n "__fish_shelflife_using_subcommand ledger" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand ledger" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand ledger" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l refresh -d 'How often to refresh: a span such as 10s or 1h30m, or off [default: 30s]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l listen -d 'Serve the last reading on this address, until interrupted; a port alone is one of this machine only, and port 0 takes a free one' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l textfile -d 'Write to this file, for the textfile collector of Prometheus\' node exporter' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -l lines -d 'Print the first N lines only' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -l bytes -d 'Print the bytes A to B only, counted from 0; `100-` is all from there, `-500` the last 500' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l load -d 'What to load: pages as the view calls for them and the rest at leisure (auto), only the former (demand), or all at once [default: auto]' -r -f -a "auto\t'Pages as the view calls for them, and the rest at leisure'
demand\t'Pages as the view calls for them'
all\t'The whole list at once'"
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l refresh -d 'How often to refresh: a span such as 10s or 1h30m, or off [default: 30s]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'Where the terminal has any, unless `NO_COLOR` is set'
always\t'Whatever the environment says'
never\t'Not at all'"
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l theme -d 'The colours: auto, dark, light, plain, juniper, fig, linen (for light terminals), beacon (for any colour vision), or one of your own [default: auto]' -r -f -a "dark\t''
light\t''
juniper\t''
fig\t''
linen\t''
beacon\t''
plain\t''"
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l read-only -d 'Change nothing on the service: no uploads, no deletions'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l effective -d 'Print what is in force and where each value came from; never the key'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l write -d 'Put the file in its place, or at the path in --config; never over one that is there'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l listen -d 'Address to listen on; port 0 takes a free one' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l key -d 'The only key that is let in; any, and none, without this' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l latency -d 'A pause before each answer, in milliseconds' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l churn -d 'Change something every so many seconds: add, change, delete files; most of the added ones expire within half an hour' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l fail -d 'Let this share of requests fail, such as 0.1 or 10%: errors of the service, of a proxy before it, and of one that is busy; contents also break off, with the connection closed, or with an end that looks like theirs' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l rate-limit -d 'Let in so many requests a minute, such as 60/m, and refuse the others with 429 and Retry-After' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l content-rate -d 'Send each content at this many bytes a second, such as 1MiB/s, 500KB/s or 20000' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l no-ranges -d 'Send contents whole, whichever part of them is asked for'
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l no-lengths -d 'Send contents without their length and without an ETag'
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand completions" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand completions" -l read-only -d 'Change nothing on the service: no uploads, no deletions'
complete -c shelflife -n "__fish_shelflife_using_subcommand completions" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand man" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand man" -l read-only -d 'Change nothing on the service: no uploads, no deletions'
complete -c shelflife -n "__fish_shelflife_using_subcommand man" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand help" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand help" -l read-only -d 'Change nothing on the service: no uploads, no deletions'
complete -c shelflife -n "__fish_shelflife_using_subcommand help" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand show" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand download" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand rescue" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand delete" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand check" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand wait" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand ledger" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand content" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -f
complete -c shelflife -n "__fish_shelflife_using_subcommand completions" -f -a "bash zsh fish"
complete -c shelflife -n "__fish_shelflife_using_subcommand man" -f -a "list show download rescue upload validate delete check wait ledger metrics content config doctor demo-server completions man help"
complete -c shelflife -n "__fish_shelflife_using_subcommand help" -f -a "list show download rescue upload validate delete check wait ledger metrics content config doctor demo-server completions man help keys filters paging refreshing alerts scripts saving changing monitoring security configuration"
