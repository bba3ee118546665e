"""What the approval desk promises, feature by feature, and the tests that prove it: in words, by keys, by commands."""

import pytest
from features import missing

FEATURES: dict[str, tuple[str, ...]] = {
    "whatever an interrupt holds is shown whole and can be answered, whether or not its shape is known": (
        "tui/test_approval_keys.py::test_whatever_is_asked_can_be_read_and_answered",
        "graphs/questions/test_questions.py::test_a_malformed_batch_is_shown_raw_and_still_answered_in_its_shape",
        "graphs/local/test_changed_questions.py::test_a_question_of_any_kind_that_has_not_changed_takes_its_answer",
    ),
    "free answer: text or JSON, said which; every empty value can be sent": (
        "tui/test_approval_screen.py::test_the_field_says_what_exactly_it_sends",
        "graphs/questions/test_questions.py::test_text_and_json_are_told_apart",
        "graphs/local/test_outcomes.py::test_every_empty_answer_arrives_and_is_on_record_as_it_was_given",
    ),
    "a batch of tool calls: each approved, edited or rejected, as the real middleware takes it": (
        "graphs/questions/test_like_langchain.py::test_what_is_decided_happens",
        "tui/test_approval_screen.py::test_each_of_several_actions_is_decided_and_all_are_sent_together",
        "end_to_end/test_situations.py::test_one_question_for_a_batch_of_tools",
    ),
    "an answer in the tool's place": (
        "tui/test_approval_keys.py::test_what_is_said_for_a_tool_goes_to_the_model_and_the_tool_does_not_run",
        "graphs/questions/test_like_langchain.py::test_what_is_decided_happens",
    ),
    "one question for each tool call, by the schema of its decisions": (
        "graphs/questions/test_questions.py::test_one_call_a_question_follows_the_schema_of_the_middlewares_decisions",
        "end_to_end/test_situations.py::test_one_question_for_each_tool",
    ),
    "several calls in one question: each is decided, in their order": (
        "graphs/questions/test_questions.py::test_a_batch_is_one_row_a_call_answered_in_order",
        "tui/test_approval_keys.py::test_all_are_approved_only_after_each_was_on_the_screen_to_its_end",
        "tui/test_approval_screen.py::test_two_hundred_actions_keep_the_current_one_in_view",
    ),
    "several questions at once: all listed, each answered by its id": (
        "tui/test_approval_graphs.py::test_parallel_questions_are_all_listed_and_answered_in_one_go",
        "end_to_end/test_situations.py::test_three_questions_side_by_side_are_answered_by_one_command",
        "end_to_end/test_situations.py::test_of_three_answers_a_wrong_id_stops_all",
    ),
    "a part is answered, the rest goes on waiting, and what runs again is said": (
        "tui/test_approval_keys.py::test_the_decided_are_sent_alone_after_it_is_said_what_runs_again",
        "tui/plain/test_answer.py::test_a_part_is_answered_by_the_beginning_of_its_id_and_what_runs_again_is_said",
    ),
    "a form from the schema of the answer, checked before it is sent": (
        "tui/test_approval_keys.py::test_a_form_is_filled_in_from_the_schema_of_the_answer",
        "tui/test_forms.py::test_what_is_missing_or_wrong_is_said_at_its_field_and_what_was_typed_stays",
        "graphs/local/test_outcomes.py::test_of_two_answers_a_wrong_one_has_neither_sent",
    ),
    "edited arguments keep their types": (
        "tui/test_approval_keys.py::test_edited_arguments_keep_their_types_and_are_shown_before_they_are_sent",
        "tui/test_forms.py::test_a_number_stays_a_number_and_a_text_a_text_without_a_schema",
    ),
    "what an edit changes is shown before it is sent": (
        "tui/test_approval_keys.py::test_edited_arguments_keep_their_types_and_are_shown_before_they_are_sent",
        "tui/test_approval_keys.py::test_escape_takes_an_edit_back_step_by_step_and_leaves_all_as_it_was",
    ),
    "only what the question allows is offered": (
        "graphs/questions/test_questions.py::test_only_allowed_decisions_are_offered_and_others_are_refused",
        "tui/test_approval_screen.py::test_what_is_not_allowed_is_not_sent",
        "end_to_end/test_situations.py::test_a_wrong_decision_is_refused_and_nothing_is_saved",
    ),
    "rejecting needs no reason, and takes one": (
        "tui/test_approval_screen.py::test_a_decision_can_be_changed_before_it_is_sent",
        "graphs/questions/test_like_langchain.py::test_what_is_decided_happens",
        "tui/plain/test_answer.py::test_the_one_action_that_waits_is_approved_or_rejected",
    ),
    "the older shape: accept, edit, response, ignore": (
        "graphs/questions/test_questions.py::test_the_older_shape_is_answered_by_a_list_of_one",
        "tui/test_approval_graphs.py::test_a_node_of_the_older_shape_understands_the_answer",
    ),
    "a new message to a thread that waits: the question is rejected first, or dropped, and what that loses is said": (
        "tui/deck/test_waiting_threads.py"
        "::test_a_question_is_rejected_before_the_message_goes_which_is_kept_where_the_thread_asks_again",
        "tui/deck/test_waiting_threads.py"
        "::test_what_was_typed_is_kept_until_the_person_has_said_what_becomes_of_the_question",
        "tui/plain/test_repair.py::test_new_input_is_refused_by_what_it_would_drop",
    ),
    "a thread that a wrong answer has made fail for ever is explained, and asked again": (
        "graphs/saved/test_failed_answers.py::test_a_wrong_answer_to_the_middleware_is_explained",
        "graphs/local/test_acts.py::test_a_batch_that_was_answered_wrongly_is_asked_again_and_answered",
        "tui/deck/test_waiting_threads.py"
        "::test_an_answer_with_which_a_node_failed_is_taken_back_then_the_thread_is_ended",
    ),
    "what an answer has around it: tools that ran, calls that run by themselves, branches that are kept": (
        "graphs/questions/test_consequences.py::test_what_nobody_is_asked_about_runs_by_itself",
        "graphs/questions/test_consequences.py::test_a_tool_that_has_run_beside_the_questions_does_not_run_again",
        "graphs/questions/test_consequences.py::test_branches_beside_a_question",
    ),
    "a thread that waits is ended without an answer": (
        "graphs/local/test_acts.py::test_a_thread_that_waits_ends_with_what_has_finished",
        "tui/plain/test_repair.py::test_a_thread_is_ended_and_what_is_lost_is_told",
    ),
    "rules and grants decide by themselves, are shown, and are taken back": (
        "tui/deck/test_rules.py::test_a_run_goes_on_where_rules_decide_everything",
        "tui/deck/test_rules.py::test_a_call_is_granted_for_its_thread_and_forgotten_with_it",
        "tui/deck/test_policy_screen.py::test_a_grant_is_revoked",
        "tui/plain/test_rules.py::test_an_answer_does_not_run_what_a_rule_refuses",
    ),
    "everything by single keys, none of which decides when it was typed ahead": (
        "tui/deck/test_runs.py::test_travel_waits_is_approved_by_key_and_books",
        "tui/test_approval_screen.py::test_keys_that_were_typed_ahead_decide_nothing",
        "tui/test_approval_screen.py::test_enter_and_other_keys_never_decide",
    ),
    "a question of a subgraph comes once, with its path; its state is read and edited before the answer": (
        "end_to_end/test_situations.py::test_a_question_from_a_subgraph_comes_once_with_its_path_and_the_inner_state",
        "tui/deck/test_asking_again.py::test_the_inner_state_is_edited_and_its_question_asked_anew_and_answered",
        "tui/plain/test_inner_edit.py::test_the_inner_state_is_edited_before_the_answer",
    ),
    "a thread that a wrong answer has spoilt is explained and repaired": (
        "graphs/local/test_acts.py::test_a_batch_that_was_answered_wrongly_is_asked_again_and_answered",
        "tui/plain/test_repair.py::test_an_answer_is_taken_back_and_its_question_asked_again",
    ),
    "what was seen is what is answered": (
        "graphs/local/test_changed_questions.py::"
        "test_a_question_that_has_changed_under_its_id_refuses_the_answer_to_the_old_one",
        "tui/plain/test_changed_questions.py::test_a_rule_allows_only_what_it_has_judged",
        "tui/deck/test_changed_questions.py::test_a_key_in_the_deck_is_refused",
    ),
    "of two terminals one answers, and the other one is told who": (
        "graphs/local/test_two_terminals.py::test_two_terminals_answer_one_question",
        "graphs/local/test_two_terminals.py::test_fifty_races_have_one_winner_each",
        "graphs/local/test_two_terminals.py::test_fifty_races_of_two_processes_have_one_winner_each",
        "tui/deck/test_key_and_command.py::test_twenty_races_have_one_winner_each",
        "graphs/local/test_outcomes.py::test_who_meets_the_lease_is_told_who_is_answering",
    ),
    "every decision is on record, with what became of it": (
        "graphs/local/test_outcomes.py::test_an_answer_is_lost_with_its_worker_until_the_node_has_kept_it",
        "tui/plain/test_answer.py::test_decisions_are_listed_newest_first_with_all_that_is_known",
    ),
}


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_proved_by_tests_that_are_there(feature: str) -> None:
    assert FEATURES[feature]
    assert not missing(FEATURES[feature])
