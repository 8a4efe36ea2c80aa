%% erlmld as a consumer: its own acceptor, worker supervisor and state machine, without the part that starts a MultiLangDaemon. Counts
%% go to stdout, a line for each line on stdin, as the other consumers do it.
-module(bench_erlmld).

-behaviour(erlmld_worker).

-export([main/0, initialize/3, ready/1, process_record/2, checkpointed/3, shutdown/2]).

%% In no payload of the driver's: who looks for it reads every byte.
-define(ABSENT, <<16#ff>>).
-define(DATA, 6).

main() ->
    logger:set_primary_config(level, error),
    persistent_term:put(?MODULE, counters:new(2, [write_concurrency])),
    {ok, Socket, Port} = erlmld_tcp_acceptor:listen(loopback, 0),
    {ok, _} = erlmld_wrk_sup:start_link(bench_workers, ?MODULE, none),
    Start = fun(Accepted) -> erlmld_wrk_sup:start_worker(bench_workers, Accepted) end,
    {ok, _} = erlmld_tcp_acceptor:start_link(bench_acceptor, Socket, Start),
    io:format("{\"type\":\"listening\",\"port\":~b}~n", [Port]),
    answer().

answer() ->
    case io:get_line("") of
        eof ->
            halt(0);
        _ ->
            Counters = persistent_term:get(?MODULE),
            io:format("{\"type\":\"counts\",\"records\":~b,\"bytes\":~b}~n",
                      [counters:get(Counters, 1), counters:get(Counters, 2)]),
            answer()
    end.

initialize(_, _, _) ->
    {ok, persistent_term:get(?MODULE)}.

ready(Counters) ->
    {ok, Counters}.

process_record(Counters, Record) ->
    %% The record's definition is in a header that compiled modules lack.
    Data = element(?DATA, Record),
    nomatch = binary:match(Data, ?ABSENT),
    counters:add(Counters, 1, 1),
    counters:add(Counters, 2, byte_size(Data)),
    {ok, Counters}.

checkpointed(Counters, _, _) ->
    {ok, Counters}.

shutdown(_, _) ->
    ok.
