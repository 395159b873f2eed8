"""What people ask and what the bot answers.

    vocabulary  the words of commands, a file of words/ for each language    data
    commands    a post -> a command, or silence                              pure
    limits      who is answered, and whose page is watched                   pure
    known       an address, a domain or a name -> watched policies           pure
    finding     what looking for a new policy gives                          pure
    facts       facts of an answer as short words                            pure
    catalogue   what is known of policies: reads the store
    register    who asked for what: writes the store
    memory      what is deleted, or a day old, is forgotten
    answer      the desk: a mention -> an answer and its facts

The words of answers stand in templates/replies, and all together in docs/answers.md.
"""
