"""What is promised of the control of a run, and the tests that prove it: by the engine, by commands, by keys."""

import pytest
from features import missing

RUN: dict[str, tuple[str, ...]] = {
    "an input runs, in a new thread where none is selected; earlier inputs come back": (
        "tui/deck/test_deck.py::test_typing_runs_a_new_thread_and_the_deck_follows",
        "tui/widgets/test_input_line.py::test_up_brings_back_what_was_sent_and_down_the_draft",
    ),
    "a running run is cancelled, and goes on later": (
        "graphs/local/test_stopping.py::test_a_stop_at_any_moment_ends_the_run_in_order",
        "graphs/local/test_control.py::test_a_stop_by_hand_is_kept_with_what_it_was",
        "tui/deck/test_bridge.py::test_each_press_climbs_the_ladder_and_says_which_rung",
        "tui/deck/test_runs.py::test_a_node_that_never_ends_is_killed_and_the_thread_goes_on",
    ),
    "a run is paused at the next boundary of steps": (
        "graphs/local/test_failures.py::test_drain_cancel_and_kill",
        "graphs/local/test_control.py::test_a_stop_by_hand_is_kept_with_what_it_was",
        "tui/deck/test_deck.py::test_space_goes_on_and_pauses_and_control_c_climbs",
    ),
    "a failed node runs again, and nothing that had finished": (
        "graphs/local/test_failures.py::test_a_failed_node_is_told_and_only_it_runs_again",
        "tui/plain/test_run.py::test_breakpoint_failure_and_going_on",
        "tui/deck/test_told.py::test_a_failed_node_is_marked_its_error_told_and_space_tries_again",
        "tui/deck/test_users_graphs.py::test_only_what_failed_runs_again_and_tries_are_counted",
    ),
    "the recursion limit and the durability are chosen for a run": (
        "graphs/local/test_control.py::test_a_limit_of_steps_is_told_and_no_breakpoint_is_passed_by_it",
        "graphs/local/test_control.py::test_a_place_where_no_run_can_stop_is_refused_with_the_reason",
        "tui/plain/test_run.py::test_recursion_limit",
        "tui/deck/test_users_graphs.py::test_a_limit_is_told_keeps_the_state_and_offers_more_steps",
        "tui/test_run_form.py::test_a_setup_is_given_to_the_runs_of_its_graph_alone_and_shows_no_secrets",
    ),
    "several threads run at once, each in its own worker": (
        "tui/deck/test_deck.py::test_threads_run_side_by_side_and_ctrl_c_stops_the_shown_one",
        "tui/deck/test_same_id.py::test_they_run_at_once_and_everything_is_its_own",
    ),
    "the same runs without a screen": (
        "tui/plain/test_run.py::test_json_has_one_event_a_line_from_run_started_to_run_ended",
        "tui/plain/test_run.py::test_ctrl_c_stops_at_the_next_step",
    ),
    "whatever nodes print or block, the screen stays whole and answers keys; what they print is kept": (
        "tui/deck/test_users_graphs.py::test_what_nodes_print_is_kept_with_their_names_and_nothing_reaches_the_screen",
        "tui/deck/test_told.py::test_prints_are_counted_until_the_log_is_seen",
        "graphs/local/test_floods.py::test_a_print_of_many_megabytes_comes_in_pieces",
    ),
}
BREAKPOINTS: dict[str, tuple[str, ...]] = {
    "a run stops before and after any node, and goes on": (
        "graphs/local/test_control.py::test_a_condition_stops_exactly_at_the_boundary_where_it_holds",
        "tui/plain/test_run.py::test_breakpoint_failure_and_going_on",
        "graphs/local/test_forks.py::test_a_breakpoint_that_a_write_leads_to_still_stops",
    ),
    "it stops inside subgraphs, wherever one compiled graph is used": (
        "graphs/local/test_control.py::test_breakpoints_inside_subgraphs_stop_there_alone_and_are_gone_on_from",
        "graphs/local/test_control.py::test_each_of_several_runs_of_one_graph_stops_for_itself",
        "tui/plain/test_run.py::test_stops_inside_subgraphs_by_conditions_changes_and_steps_say_why_and_what_comes_next",
    ),
    "one super-step is run": (
        "graphs/local/test_control.py::test_a_step_is_one_of_the_innermost_graph_that_the_thread_stands_in",
        "tui/plain/test_run.py::test_stops_inside_subgraphs_by_conditions_changes_and_steps_say_why_and_what_comes_next",
    ),
    "it stops under a condition that is data, exactly where it holds": (
        "graphs/test_conditions.py::test_a_condition_holds_or_not",
        "graphs/test_conditions.py::test_what_is_no_condition_is_refused_with_what_would_be_one",
        "graphs/local/test_control.py::test_a_condition_stops_exactly_at_the_boundary_where_it_holds",
        "graphs/local/test_control.py::test_a_write_that_leads_to_a_breakpoint_stops_there_with_its_reason",
    ),
    "it stops when a watched value has changed": (
        "graphs/local/test_control.py::test_a_watched_value_stops_the_run_when_a_node_has_changed_it",
        "graphs/local/test_control.py::test_what_holds_where_a_subgraph_ends_stops_the_run_before_what_follows_it",
        "graphs/local/test_control.py::test_what_a_finished_sibling_has_written_is_a_change_once_its_step_ends",
    ),
    "breakpoints are kept for the project, those of nodes that are gone too": (
        "graphs/local/test_control.py::test_breakpoints_are_kept_for_the_project_and_told_where_the_graph_lost_their_node",
    ),
    "watched values, and what is off, are kept for the project too": (
        "graphs/local/test_kept_stops.py::test_what_an_earlier_version_kept_is_read_and_what_it_cannot_read_stays",
        "tui/deck/test_control.py::test_the_list_of_stops_adds_conditions_inside_subgraphs_and_puts_stops_off",
    ),
    "breakpoints of the graph's own code are honoured, shown, and put off without touching it": (
        "tui/deck/test_users_graphs.py::test_a_stop_in_the_code_is_no_question_and_holds_after_a_write_as_its_node",
        "graphs/local/test_kept_stops.py::test_breakpoints_of_the_code_are_put_off_for_a_run_or_for_the_project_without_touching_it",
        "tui/widgets/test_stop_marks.py::test_each_mark_stands_at_its_node_and_one_inside_at_what_is_closed_around_it",
        "tui/test_fork_form.py::test_the_project_s_own_stops_are_told_and_those_of_the_code_that_are_off_are_not",
    ),
    "graphs that functions make stop like any other": (
        "graphs/local/test_kept_stops.py::test_a_graph_that_a_function_makes_stops_like_any_other",
    ),
    "what cannot be is refused with its reason": (
        "graphs/local/test_control.py::test_a_place_where_no_run_can_stop_is_refused_with_the_reason",
        "graphs/local/test_control.py::test_graphs_that_cannot_be_gone_on_with_or_have_one_node_refuse_stops_in_one_sentence",
    ),
    "where it stands, why, and what comes next is said, also after a restart": (
        "graphs/local/test_control.py::test_breakpoints_inside_subgraphs_stop_there_alone_and_are_gone_on_from",
        "graphs/local/test_control.py::test_a_run_that_ends_without_a_word_leaves_no_earlier_reason",
        "tui/deck/test_control.py::test_a_limit_offers_more_steps_also_later_and_a_watched_value_stops_the_run",
        "tui/plain/test_show.py::test_why_a_run_stopped_and_what_it_stands_before_is_said",
        "tui/test_inbox_rows.py::test_a_stop_is_told_with_its_reason_and_what_space_does",
    ),
}

FORMS_AND_STREAM: dict[str, tuple[str, ...]] = {
    "input and context are filled in by their schemas or as JSON, and checked": (
        "tui/test_run_form.py::test_what_is_required_is_missing_until_it_is_typed_and_defaults_are_filled_in",
        "tui/test_run_form.py::test_all_of_it_can_be_typed_as_json_and_nothing_typed_is_lost_by_that",
        "tui/deck/test_run_form.py::test_a_context_is_asked_for_checked_and_given_to_every_later_run",
        "graphs/worker/test_describe.py::test_schemas_of_every_kind_of_state",
    ),
    "context and options are kept under a name, in versions, and taken again": (
        "graphs/local/test_configs.py::test_a_config_is_kept_in_versions_without_secrets_and_found_by_its_name",
        "graphs/local/test_configs.py::test_keys_that_the_schema_has_no_longer_are_kept_told_and_harm_no_run",
        "graphs/local/test_configs.py::test_a_damaged_file_is_told_and_stays_and_so_does_what_another_version_wrote",
        "graphs/test_secret_values.py::test_what_a_schema_calls_secret_is_left_out_wherever_it_is",
        "tui/test_config_form.py::test_what_is_kept_has_no_secrets_but_says_where_they_were_also_those_not_typed_again",
        "tui/deck/test_configs.py::test_a_config_is_kept_taken_in_another_session_and_deleted",
        "tui/plain/test_configs.py::test_a_run_takes_a_config_and_what_is_given_beside_it_wins",
    ),
    "graphs with messages are talked to, tools and all": (
        "tui/deck/test_runs.py::test_travel_waits_is_approved_by_key_and_books",
        "tui/widgets/test_messages_view.py::test_each_of_several_calls_is_marked_until_its_own_result_is_there",
    ),
    "the conversation is read without its tool calls, but never without one that waits": (
        "tui/deck/test_conversation.py::test_a_key_hides_tool_calls_in_all_threads_but_never_one_that_waits",
        "tui/widgets/test_messages_view.py::test_tool_calls_are_hidden_but_for_those_that_wait",
        "tui/widgets/test_messages_view.py::test_what_is_for_the_graph_alone_is_not_shown_but_a_call_in_it_that_waits",
        "tui/widgets/test_messages_view.py::test_what_a_person_reads_stays_where_it_is_whatever_comes_goes_or_is_hidden",
    ),
    "a model that is not to be streamed is not: its message is told whole": (
        "graphs/local/test_events.py::test_a_model_that_is_not_to_be_streamed_is_told_whole",
    ),
    "an answer is written anew from the checkpoint before it, once it was read what runs": (
        "tui/deck/test_conversation.py::test_an_answer_is_written_anew_once_it_was_read_what_runs",
        "graphs/local/test_forks.py::test_a_message_is_written_anew_from_the_checkpoint_whose_step_wrote_it",
    ),
    "tokens, tool calls and what subgraphs do are told while they come": (
        "graphs/local/test_events.py::test_tokens_of_two_parallel_models_stay_apart",
        "graphs/local/test_events.py::test_parallel_subgraphs_ask_by_their_own_paths",
        "tui/widgets/test_run_state.py::test_tokens_grow_one_message_which_the_whole_one_replaces",
    ),
    "one of several graphs of a project is chosen": (
        "graphs/local/test_targets.py::test_entries_of_a_config",
        "tui/deck/test_told.py::test_a_file_with_several_graphs_lets_one_be_chosen",
    ),
    "a change of the code counts for the next run; an error in it is told and the screen stays": (
        "tui/deck/test_runs.py::test_an_edited_source_is_run_and_drawn_anew",
        "tui/deck/test_told.py::test_a_broken_target_shows_its_error_and_a_key_loads_it_again",
    ),
}

PAST_RUNS: dict[str, tuple[str, ...]] = {
    "runs are kept, bounded in size and age, and go with their thread": (
        "graphs/local/test_run_records.py::test_a_run_is_kept_without_what_it_says",
        "graphs/local/test_run_records.py::test_a_record_is_bounded_and_its_end_is_kept",
        "graphs/local/test_run_records.py::test_old_records_and_too_many_go_when_a_run_starts",
        "graphs/local/test_run_records.py::test_runs_are_listed_by_thread_and_go_with_it",
        "graphs/local/test_run_records.py::test_a_torn_record_is_read_as_far_as_it_goes",
    ),
    "a run is shown over time: lanes, waits, retries": (
        "graphs/test_timeline.py::test_tasks_beside_each_other_have_lanes_and_wait_for_the_last_one",
        "graphs/test_timeline.py::test_attempts_failures_and_what_did_not_run_again",
        "tui/plain/test_runs.py::test_runs_are_listed_and_one_is_shown_over_time",
        "tui/widgets/test_run_timeline.py::test_bars_show_work_waits_and_attempts",
        "tui/deck/test_past_runs.py::test_past_runs_are_listed_and_shown_over_time",
        "tui/deck/test_run_over_time.py::test_bars_grow_and_a_key_goes_to_them_and_back",
        "tui/deck/test_run_over_time.py::test_a_thread_from_its_file_shows_its_newest_run_on_record",
    ),
    "tokens and cost are told per node and run": (
        "graphs/test_timeline.py::test_usage_is_counted_once_per_message_and_by_node",
        "graphs/local/test_run_records.py::test_a_run_is_kept_without_what_it_says",
    ),
}

FEATURES = RUN | BREAKPOINTS | FORMS_AND_STREAM | PAST_RUNS


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_proved_by_tests_that_are_there(feature: str) -> None:
    assert FEATURES[feature]
    assert not missing(FEATURES[feature])
