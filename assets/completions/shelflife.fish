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
complete -c shelflife -n "__fish_shelflife_needs_command" -l theme -d 'The colours: auto, dark, light, plain, juniper, fig, linen (for light terminals), beacon (for any colour vision), or one of your own [default: auto]' -r
complete -c shelflife -n "__fish_shelflife_needs_command" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_needs_command" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_needs_command" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_needs_command" -l read-only -d 'Turn every changing action off'
complete -c shelflife -n "__fish_shelflife_needs_command" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_needs_command" -s V -l version -d 'Print version'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "list" -d 'Print the files: a page of them, or all'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "metrics" -d 'Print how the files stand, for Prometheus; or serve it, or write it to a file'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "config" -d 'Print a commented configuration file, or what is in force'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "doctor" -d 'Say what is in order and what is not: terminal, configuration, key, address, TLS, one call'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "demo-server" -d 'Serve the demo API on its own, until interrupted'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "completions" -d 'Print what a shell reads to complete this command line'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "man" -d 'Print the manual page of the program, or of a command'
complete -c shelflife -n "__fish_shelflife_needs_command" -f -a "help" -d 'Say more: of a command, or of a topic'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l output -d 'The form to print in' -r -f -a "table\t'Aligned columns, for reading'
json\t'The API\'s own form, with values normalised'
jsonl\t'One file a line'
csv\t'RFC 4180 with a header line'"
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l load -d 'What to load: pages as the view calls for them and the rest at leisure (auto), only the former (demand), or all at once [default: auto]' -r -f -a "auto\t'Pages as the view calls for them, and the rest at leisure'
demand\t'Pages as the view calls for them'
all\t'The whole list at once'"
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l all -d 'Read on to the end of the list'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l safe -d 'With csv: put a \' before texts that a spreadsheet would take for a formula'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l listen -d 'Serve the last reading on this address, until interrupted; a port alone is one of this machine only, and port 0 takes a free one' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l textfile -d 'Write to this file, for the textfile collector of Prometheus\' node exporter' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l refresh -d 'How often to refresh: a span such as 10s or 1h30m, or off [default: 30s]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand metrics" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l load -d 'What to load: pages as the view calls for them and the rest at leisure (auto), only the former (demand), or all at once [default: auto]' -r -f -a "auto\t'Pages as the view calls for them, and the rest at leisure'
demand\t'Pages as the view calls for them'
all\t'The whole list at once'"
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l refresh -d 'How often to refresh: a span such as 10s or 1h30m, or off [default: 30s]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'Where the terminal has any, unless `NO_COLOR` is set'
always\t'Whatever the environment says'
never\t'Not at all'"
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l theme -d 'The colours: auto, dark, light, plain, juniper, fig, linen (for light terminals), beacon (for any colour vision), or one of your own [default: auto]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l effective -d 'Print what is in force and where each value came from; never the key'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l write -d 'Put the file in its place, or at the path in --config; never over one that is there'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -l read-only -d 'Turn every changing action off'
complete -c shelflife -n "__fish_shelflife_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l base-url -d 'Address of the service, with or without /v1 [default: https://api.cerebras.ai]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l limit -d 'Files asked for at once [default: 100]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l allow-http -d 'Allow plain http to a host that is not this machine; the key is sent in clear'
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -l demo -d 'Use an embedded demo account: no key, no network'
complete -c shelflife -n "__fish_shelflife_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l listen -d 'Address to listen on; port 0 takes a free one' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l key -d 'The only key that is let in; any, and none, without this' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l latency -d 'A pause before each answer, in milliseconds' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l churn -d 'Change something every so many seconds: add, change, delete files; most of the added ones expire within half an hour' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l fail -d 'Let this share of requests fail, such as 0.1 or 10%: errors of the service, of a proxy before it, and of one that is busy; contents also break off, with the connection closed, or with an end that looks like theirs' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l rate-limit -d 'Let in so many requests a minute, such as 60/m, and refuse the others with 429 and Retry-After' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l content-rate -d 'Send each content at this many bytes a second, such as 1MiB/s, 500KB/s or 20000' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l files -d 'Files of the demo account [default: 2000]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l log-file -d 'Write a log of requests, changes of state and errors to this file; SHELFLIFE_LOG says how much: error, warn, info or debug [default: none]' -r
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l config -d 'Configuration file, instead of the one in the XDG place' -r -F
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l no-ranges -d 'Send contents whole, whichever part of them is asked for'
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -l no-lengths -d 'Send contents without their length and without an ETag'
complete -c shelflife -n "__fish_shelflife_using_subcommand demo-server" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand completions" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand man" -s h -l help -d 'Print help'
complete -c shelflife -n "__fish_shelflife_using_subcommand help" -s h -l help -d 'Print help'
