"""What saved threads and time travel promise, and the tests that prove it: in words, by keys, by commands."""

import pytest
from features import missing

STATE: dict[str, tuple[str, ...]] = {
    "the state is a tree whose keys open and close": (
        "tui/widgets/test_state_tree.py::test_keys_open_close_and_climb",
        "tui/widgets/test_state_tree.py::test_values_of_other_types_open_to_what_they_hold",
        "tui/widgets/test_state_tree.py::test_what_is_open_stays_open_and_the_cursor_stays",
        "tui/widgets/test_state_tree.py::test_what_a_person_reads_stays_where_it_is_while_the_state_grows",
    ),
    "it looks the same however one came to it": (
        "tui/deck/test_conversation.py::test_a_state_looks_the_same_however_one_came_to_it",
        "tui/deck/test_conversation.py::test_a_state_of_long_ago_that_was_found_tells_what_its_step_changed",
        "tui/widgets/test_state_tree.py::test_a_state_looks_the_same_whatever_was_looked_at_before",
    ),
    "it is made readable, or shown as it is in JSON": (
        "tui/widgets/test_state_search.py::test_raw_json_shows_what_is_stored",
        "tui/deck/test_history_keys.py::test_a_value_is_found_seen_whole_and_kept",
    ),
    "messages are a conversation: roles, calls joined with their results, content blocks": (
        "tui/widgets/test_messages_view.py::test_a_conversation",
        "tui/widgets/test_messages_view.py::test_each_of_several_calls_is_marked_until_its_own_result_is_there",
        "tui/widgets/test_messages_view.py::test_content_blocks_are_told_apart",
    ),
    "what differs between checkpoints is exact, by path, and texts by word": (
        "graphs/test_differences.py::test_changes_lead_from_one_value_to_the_other",
        "graphs/saved/test_compared.py::test_a_step_against_its_parent_and_two_branches",
        "tui/plain/test_history.py::test_differences_by_path_and_word",
        "tui/deck/test_history.py::test_two_branches_are_compared",
    ),
    "a text is looked for inside the state, and a path gone to": (
        "tui/widgets/test_state_search.py::test_the_cursor_goes_from_hit_to_hit_however_far_down",
        "tui/widgets/test_state_search.py::test_a_path_is_gone_to_and_completed_by_tab",
        "tui/deck/test_history_keys.py::test_a_value_is_found_seen_whole_and_kept",
        "tui/plain/test_reading.py::test_show_one_value",
    ),
    "a value, a message and a difference are copied, or written to a file": (
        "tui/widgets/test_state_tree.py::test_copies_can_be_encoded",
        "tui/widgets/test_messages_view.py::test_the_message_of_the_cursor_is_copied_and_opened",
        "tui/deck/test_history_keys.py::test_a_value_is_found_seen_whole_and_kept",
        "tui/deck/test_history.py::test_two_branches_are_compared",
    ),
    "the state of a subgraph is shown": (
        "tui/deck/test_history.py::test_a_thread_is_understood",
        "tui/plain/test_show.py::test_the_states_of_subgraphs_are_under_their_paths_at_any_depth",
        "graphs/saved/test_state.py::test_a_subgraph_that_keeps_its_own_state",
    ),
    "the state of a subgraph is edited while its question waits": (
        "graphs/local/test_inner_edit.py::test_the_question_is_asked_anew_about_what_was_written",
        "tui/deck/test_asking_again.py::test_the_inner_state_is_edited_and_its_question_asked_anew_and_answered",
        "tui/plain/test_inner_edit.py::test_the_inner_state_is_edited_before_the_answer",
    ),
    "a node that wrote nothing is shown": (
        "tui/deck/test_history.py::test_a_thread_is_understood",
        "graphs/saved/test_history.py::test_what_ran_in_each_step_and_where_it_led",
    ),
    "a thread whose state does not fit its schema is listed, read, repaired and deleted": (
        "graphs/saved/test_state.py::test_a_thread_that_does_not_fit_its_schema_is_read",
        "graphs/local/test_forks.py::test_a_state_that_the_schema_refuses_is_repaired",
        "tui/plain/test_fork.py::test_a_raw_edit_says_whether_it_repairs",
        "end_to_end/test_saved_threads.py::test_a_thread_that_was_fed_bad_input_is_listed_looked_at_repaired_and_deleted",
    ),
    "huge values are cut, say so, and open in pages": (
        "tui/widgets/test_state_tree.py::test_a_long_text_is_cut_says_so_and_opens",
        "tui/widgets/test_state_tree.py::test_many_megabytes_open_in_pages",
        "tui/plain/test_show.py::test_long_values_fit_the_line_and_the_last_line_says_how_to_see_one_whole",
        "tui/plain/test_looking.py::test_a_very_large_value_is_only_looked_at",
    ),
    "values that JSON has not are shown with their types, and an edit of another key leaves them as they are": (
        "graphs/saved/test_decode.py::test_a_stored_value_is_shown_like_a_live_one",
        "graphs/test_values.py::test_a_repr_that_raises_is_told",
        "end_to_end/test_saved_threads.py::test_an_edit_of_one_key_leaves_every_other_value_its_type",
    ),
}

THREADS: dict[str, tuple[str, ...]] = {
    "threads are listed, the newest activity first, and the list is live": (
        "graphs/saved/test_threads.py::test_the_thread_written_last_comes_first",
        "graphs/saved/test_threads.py::test_a_list_read_again_sees_new_questions_and_answers",
        "tui/deck/test_deck.py::test_what_other_processes_write_shows_up_by_itself",
    ),
    "they are chosen by status, graph and time, and sorted": (
        "graphs/saved/test_threads.py::test_by_status",
        "graphs/saved/test_threads.py::test_by_graph_and_by_time",
        "graphs/saved/test_threads.py::test_every_order_is_kept_over_its_pages",
        "tui/deck/test_threads.py::test_threads_are_chosen_by_words_and_terms_as_they_are_typed",
    ),
    "pages come as one scrolls, and hold every thread once": (
        "graphs/saved/test_threads.py::test_pages_hold_every_thread_once",
        "tui/widgets/test_thread_list.py::test_more_is_asked_for_once_near_the_end",
        "tui/plain/test_reading.py::test_a_limit_says_that_there_is_more",
    ),
    "a text is looked for in ids, titles and first texts at once, and in all state on request": (
        "graphs/saved/test_threads.py::test_a_search_looks_at_ids_titles_tags_and_first_texts",
        "graphs/saved/test_search.py::test_it_is_found_and_its_path_leads_to_it",
        "tui/deck/test_threads.py::test_a_text_is_found_in_any_state_and_shown_where_it_is",
        "tui/plain/test_keeping.py::test_a_text_is_looked_for_in_all_state",
    ),
    "a row tells the first text, the step, the age and the size": (
        "graphs/saved/test_threads.py::test_a_row_tells_what_a_list_shows",
        "graphs/saved/test_threads.py::test_first_texts",
        "tui/widgets/test_thread_list.py::test_rows_say_state_title_and_age",
    ),
    "threads are deleted, after asking": (
        "tui/deck/test_deck.py::test_deleting_asks_first_and_enter_is_no_yes",
        "tui/plain/test_reading.py::test_delete_takes_whole_names_and_all_or_none",
        "tui/plain/test_keeping.py::test_a_person_is_asked_before_threads_go",
    ),
    "they are given titles and tags, which never touch the checkpoint file": (
        "tui/plain/test_reading.py::test_rename_gives_and_takes_a_title_and_leaves_the_file_alone",
        "tui/plain/test_keeping.py::test_tags_are_given_taken_and_found",
        "tui/deck/test_threads.py::test_marked_threads_are_tagged_copied_exported_pruned_and_deleted_together",
    ),
    "they are copied, pruned, exported and imported": (
        "graphs/local/test_engine.py::test_delete_rename_copy",
        "graphs/local/test_keeping.py::test_pruning_keeps_the_newest_and_all_that_they_need",
        "graphs/local/test_keeping.py::test_an_exported_file_has_just_these_threads_and_comes_back_whole",
        "tui/plain/test_keeping.py::test_export_and_import",
    ),
    "all that waits for a person is in one inbox, over all threads and files": (
        "graphs/saved/test_waiting.py::test_it_agrees_with_the_status_of_every_thread",
        "graphs/local/test_waiting.py::test_pages_over_two_files_hold_every_thread_once_in_either_order",
        "tui/deck/test_inbox.py::test_several_are_answered_in_a_row_and_none_is_lost",
    ),
    "any checkpoint file opens as it is, without its code, and looking changes and runs nothing": (
        "tui/deck/test_deck.py::test_threads_can_be_looked_at_without_a_graph",
        "tui/plain/test_looking.py::test_looking_changes_and_runs_nothing",
        "graphs/saved/test_decode.py::test_nothing_is_called",
        "graphs/saved/test_like_langgraph.py::test_random_graphs",
    ),
    "what is no checkpoint file, or cannot be read, is one sentence, and stays as it was": (
        "tui/plain/test_looking.py::test_what_cannot_be_read_is_one_sentence_and_stays_as_it_was",
        "graphs/saved/test_file.py::test_a_missing_file",
        "graphs/saved/test_file.py::test_a_folder",
        "graphs/saved/test_threads.py::test_a_thread_with_broken_rows_is_listed_with_the_others",
    ),
    "the list of a file of gigabytes is there at once: its work does not grow with what lies behind the page": (
        "graphs/saved/test_threads.py::test_a_page_costs_the_same_whatever_lies_behind_it",
    ),
    "a thread that runs elsewhere says who runs it, is followed live, and is not written to": (
        "tui/deck/test_told.py::test_a_thread_that_runs_elsewhere_says_who_runs_it_and_offers_what_can_be_done",
        "graphs/local/test_following.py::test_a_thread_at_rest_and_one_that_another_program_runs",
        "graphs/local/test_forks.py::test_what_does_not_fit_is_not_written_nor_anything_while_it_runs_elsewhere",
    ),
    "a thread that failed says where, and goes on from there: only what failed runs again": (
        "graphs/local/test_failures.py::test_a_failed_node_is_told_and_only_it_runs_again",
        "tui/deck/test_told.py::test_a_failed_node_is_marked_its_error_told_and_space_tries_again",
        "end_to_end/test_situations.py::test_retries_are_told_and_what_failed_in_the_end_goes_on",
        "graphs/local/test_endings.py::test_what_cannot_be_saved_is_named_with_its_node_and_key",
    ),
}

TIME_TRAVEL: dict[str, tuple[str, ...]] = {
    "the history has each step with its source, what ran, what changed and what comes next": (
        "graphs/saved/test_history.py::test_newest_first_with_what_each_step_changed",
        "graphs/saved/test_history.py::test_what_ran_in_each_step_and_where_it_led",
        "tui/deck/test_history.py::test_a_thread_is_understood",
        "tui/plain/test_history.py::test_the_tree_says_what_ran_and_where_it_stands",
    ),
    "a thread runs again from any checkpoint, once it was read what runs and what that may repeat": (
        "graphs/local/test_forks.py::test_what_a_plan_tells",
        "tui/deck/test_forks.py::test_an_old_question_is_asked_anew_and_input_begins_where_one_looks",
        "tui/plain/test_fork.py::test_without_edits_nothing_is_written",
        "graphs/local/test_forks.py::test_a_written_head_does_not_run_again_with_the_answer_that_its_node_failed_with",
    ),
    "an old question is answered differently, by being asked anew": (
        "graphs/local/test_forks.py::test_an_old_question_is_answered_differently",
        "tui/deck/test_forks.py::test_an_old_question_is_asked_anew_and_input_begins_where_one_looks",
        "end_to_end/test_saved_threads.py::test_an_old_question_is_answered_differently_by_commands",
    ),
    "values are written as the output of a node, and a breakpoint that this leads to stops": (
        "graphs/local/test_forks.py::test_a_fork_with_edited_state",
        "tui/deck/test_forks.py::test_a_fork_is_typed_seen_and_written",
        "graphs/local/test_forks.py::test_a_breakpoint_that_a_write_leads_to_still_stops",
    ),
    "state is edited at any checkpoint: checked by its schema, appended or replaced, and no branch is lost": (
        "graphs/local/test_forks.py::test_a_fork_with_edited_state",
        "graphs/local/test_forks.py::test_what_does_not_fit_is_not_written_nor_anything_while_it_runs_elsewhere",
        "tui/deck/test_forks.py::test_a_fork_is_typed_seen_and_written",
        "tui/plain/test_fork.py::test_a_fork_says_what_runs_writes_it_and_names_the_command_that_goes_on",
    ),
    "a message of a person is edited, and the conversation goes on from there": (
        "graphs/local/test_forks.py::test_a_message_of_an_input_is_edited",
        "tui/deck/test_forks.py::test_a_message_is_edited_and_gone_on_with",
        "tui/plain/test_fork.py::test_a_fork_says_what_runs_writes_it_and_names_the_command_that_goes_on",
    ),
    "branches are a tree, and one key goes from the end of one to the next": (
        "graphs/test_branches.py::test_every_line_leads_to_its_parent",
        "graphs/saved/test_history.py::test_forks_keep_their_parents",
        "tui/deck/test_history.py::test_a_thread_is_understood",
        "end_to_end/test_saved_threads.py::test_of_two_branches_the_older_one_is_gone_on_with",
    ),
    "two branches are compared": (
        "graphs/saved/test_compared.py::test_a_step_against_its_parent_and_two_branches",
        "tui/deck/test_history.py::test_two_branches_are_compared",
    ),
    "from inside a subgraph the whole of it restarts, which is said before": (
        "graphs/local/test_forks.py::test_inside_a_subgraph_the_whole_of_it_restarts",
    ),
}

FEATURES = STATE | THREADS | TIME_TRAVEL


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_proved_by_tests_that_are_there(feature: str) -> None:
    assert FEATURES[feature]
    assert not missing(FEATURES[feature])
