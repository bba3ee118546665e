"""What is promised of the view of a graph, and the tests that prove it: pure, by the engine, by commands, by keys."""

import pytest
from features import missing

DRAWING: dict[str, tuple[str, ...]] = {
    "nodes and edges are drawn, and every edge can be read back from the drawing": (
        "graphs/drawing/test_reading.py::test_a_drawing_reads_back_as_its_graph",
        "graphs/drawing/test_reading.py::test_a_flow_reads_back_as_its_graph",
        "graphs/drawing/test_reading.py::test_random_drawings_read_back",
        "graphs/drawing/test_reading.py::test_random_flows_read_back",
        "graphs/drawing/test_inside.py::test_a_frame_and_what_is_in_it_read_back",
        "graphs/drawing/test_inside.py::test_indented_rows_and_the_others_read_back",
        "graphs/drawing/test_users_graphs_drawn.py::test_every_declared_edge_is_described_and_drawn",
    ),
    "conditional edges are drawn in another way": (
        "graphs/drawing/test_rail.py::test_kinds_differ_in_every_tap",
        "graphs/worker/test_describe.py::test_edges_are_the_declared_ones",
    ),
    "subgraphs unfold in place": (
        "graphs/drawing/test_inside.py::test_a_frame_holds_a_flow",
        "graphs/drawing/test_inside.py::test_rows_are_indented_in_a_rail",
        "tui/deck/test_layout.py::test_a_subgraph_unfolds_where_it_is_and_shows_what_its_nodes_do",
    ),
    "a router without declared targets says so": (
        "graphs/worker/test_describe.py::test_targets_that_nobody_declares_are_marked_and_not_invented",
        "graphs/drawing/test_flow.py::test_a_node_with_undeclared_targets_says_so",
        "graphs/drawing/test_rail.py::test_a_node_with_undeclared_targets_says_so",
    ),
    "edges that runs took are learned": (
        "tui/deck/test_true_edges.py::test_edges_are_drawn_as_they_are_taken_and_at_the_next_start",
        "tui/deck/test_users_graphs.py::test_what_no_edge_declares_is_marked_and_then_added_as_it_was_taken",
    ),
    "what the signs of a drawing mean is said in words": (
        "tui/plain/test_draw.py::test_each_sign_that_a_drawing_has_is_told_in_words_below_it",
        "tui/deck/test_users_graphs.py::test_what_no_edge_declares_is_marked_and_then_added_as_it_was_taken",
    ),
    "a node is gone to by its name, or because it is at work, and is in view then": (
        "tui/deck/test_node_finding.py::test_the_cursor_goes_to_what_is_typed_and_back",
        "tui/deck/test_node_finding.py::test_what_is_folded_or_in_a_closed_subgraph_is_found_too",
        "tui/deck/test_node_finding.py::test_a_task_of_a_tree_is_found_by_its_name",
        "tui/deck/test_node_finding.py::test_a_key_goes_to_what_is_at_work_and_follows_it_again",
        "tui/widgets/test_graph_view.py::test_names_behind_hundreds_of_lines_are_in_view",
    ),
    "a graph is exported as text, Mermaid and SVG": (
        "graphs/drawing/test_export.py::test_ascii_text_is_ascii",
        "tui/plain/test_draw.py::test_mermaid",
        "tui/plain/test_draw.py::test_svg_has_every_name_and_the_lines_of_each_kind",
    ),
}
TASKS: dict[str, tuple[str, ...]] = {
    "nodes show live what they do, cached and retried ones too": (
        "tui/widgets/test_run_state.py::test_a_node_goes_from_queued_over_running_to_done",
        "tui/widgets/test_graph_view.py::test_each_node_shows_what_it_does",
        "tui/widgets/test_graph_view.py::test_the_node_that_begins_to_run_comes_into_view_until_a_person_moves",
        "tui/deck/test_users_graphs.py::test_of_sixty_nodes_the_running_one_is_in_view",
        "tui/deck/test_nodes.py::test_cached_and_retried_nodes_and_all_that_a_node_was_declared_with",
    ),
    "a node shows its policies, metadata, keys and breakpoints": (
        "graphs/worker/test_describe.py::test_how_a_node_was_declared",
        "tui/deck/test_nodes.py::test_cached_and_retried_nodes_and_all_that_a_node_was_declared_with",
    ),
    "the fan-out of a Send is so many tasks, each with its input and result": (
        "graphs/saved/test_task_values.py::test_each_task_of_a_send_has_its_own_argument_at_any_checkpoint_and_in_subgraphs",
        "tui/deck/test_nodes.py::test_the_details_of_nodes_in_the_graph_and_in_a_subgraph",
    ),
    "a functional graph shows the tree of its tasks, live and saved": (
        "graphs/local/test_calls.py::test_a_run_tells_who_called_a_task_and_with_what",
        "graphs/saved/test_task_values.py::test_who_called_whom_is_proved_by_ids",
        "graphs/worker/test_called_tasks.py::test_the_tasks_that_code_calls",
        "tui/test_task_rows.py::test_calls_stand_below_their_callers_in_their_order",
        "tui/widgets/test_task_tree.py::test_it_follows_what_runs_until_a_person_moves",
        "tui/deck/test_task_tree.py::test_the_task_tree_of_a_functional_graph",
        "tui/plain/test_draw_tasks.py::test_the_tasks_that_ran_take_the_place_of_those_in_the_code",
    ),
    "a run is shown over time, with the duration of each node": (
        "graphs/test_timeline.py::test_tasks_beside_each_other_have_lanes_and_wait_for_the_last_one",
        "tui/deck/test_run_over_time.py::test_bars_grow_and_a_key_goes_to_them_and_back",
    ),
}

FEATURES = DRAWING | TASKS


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_proved_by_tests_that_are_there(feature: str) -> None:
    assert FEATURES[feature]
    assert not missing(FEATURES[feature])
