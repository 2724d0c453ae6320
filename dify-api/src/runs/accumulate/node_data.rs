//! The data of events about an execution.

use super::node::{NodeData, NodeEnd};
use crate::types;

impl<'e> NodeData<'e> {
    pub(super) fn of_retry(data: &'e types::NodeRetryData) -> Self {
        // The attempt failed, the execution goes on: its error and its end are not those of the node.
        NodeData {
            id: &data.id,
            node_id: &data.node_id,
            node_type: Some(&data.node_type),
            title: &data.title,
            index: Some(data.index),
            predecessor_node_id: data.predecessor_node_id.as_deref(),
            inputs: Some(&data.inputs),
            created_at: Some(data.created_at),
            iteration_id: data.iteration_id.as_deref(),
            loop_id: data.loop_id.as_deref(),
            ..NodeData::default()
        }
    }
}

/// A node begins; the event is complete or a replay with fewer members.
macro_rules! of_start {
    ($data:ident, $truncated:expr) => {
        NodeData {
            id: &$data.id,
            node_id: &$data.node_id,
            node_type: Some(&$data.node_type),
            title: &$data.title,
            index: Some($data.index),
            predecessor_node_id: $data.predecessor_node_id.as_deref(),
            inputs: $data.inputs.as_ref(),
            truncated: $truncated,
            created_at: Some($data.created_at),
            iteration_id: $data.iteration_id.as_deref(),
            loop_id: $data.loop_id.as_deref(),
            agent_strategy: $data.agent_strategy.as_ref(),
            ..NodeData::default()
        }
    };
}

/// A node ends; the event is complete or a replay with fewer members.
macro_rules! of_end {
    ($data:ident, $inputs:expr, $process_data:expr, $outputs:expr, $truncated:expr) => {
        NodeData {
            id: &$data.id,
            node_id: &$data.node_id,
            node_type: Some(&$data.node_type),
            title: &$data.title,
            index: Some($data.index),
            predecessor_node_id: $data.predecessor_node_id.as_deref(),
            inputs: $inputs,
            process_data: $process_data,
            outputs: $outputs,
            truncated: $truncated,
            error: $data.error.as_deref(),
            created_at: Some($data.created_at),
            metadata: $data.execution_metadata.as_ref(),
            iteration_id: $data.iteration_id.as_deref(),
            loop_id: $data.loop_id.as_deref(),
            files: &$data.files,
            agent_strategy: None,
            end: Some(NodeEnd {
                status: &$data.status,
                elapsed_time: $data.elapsed_time,
                finished_at: $data.finished_at,
            }),
        }
    };
}

#[cfg(any(feature = "app", feature = "knowledge"))]
impl<'e> From<&'e types::NodeStartedData> for NodeData<'e> {
    fn from(data: &'e types::NodeStartedData) -> Self {
        of_start!(data, data.inputs_truncated == Some(true))
    }
}

#[cfg(any(feature = "app", feature = "web"))]
impl<'e> From<&'e types::RunNodeStartedData> for NodeData<'e> {
    fn from(data: &'e types::RunNodeStartedData) -> Self {
        of_start!(data, data.inputs_truncated == Some(true))
    }
}

#[cfg(any(feature = "app", feature = "knowledge"))]
impl<'e> From<&'e types::NodeFinishedData> for NodeData<'e> {
    fn from(data: &'e types::NodeFinishedData) -> Self {
        let truncated = [data.inputs_truncated, data.process_data_truncated, data.outputs_truncated];
        let truncated = truncated.contains(&Some(true));
        of_end!(data, Some(&data.inputs), Some(&data.process_data), Some(&data.outputs), truncated)
    }
}

#[cfg(any(feature = "app", feature = "web"))]
impl<'e> From<&'e types::RunNodeFinishedData> for NodeData<'e> {
    fn from(data: &'e types::RunNodeFinishedData) -> Self {
        let truncated = [data.inputs_truncated, data.process_data_truncated, data.outputs_truncated];
        let truncated = truncated.contains(&Some(true));
        of_end!(data, data.inputs.as_ref(), data.process_data.as_ref(), data.outputs.as_ref(), truncated)
    }
}

/// Iterations and loops have the same events: it begins, a round begins, it ends.
macro_rules! containers {
    ($($kind:ident: $started:ident $next:ident $completed:ident)*) => {$(
        impl<'e> From<&'e types::$started> for NodeData<'e> {
            fn from(data: &'e types::$started) -> Self {
                NodeData {
                    id: &data.id,
                    node_id: &data.node_id,
                    node_type: Some(&types::NodeType::$kind),
                    title: &data.title,
                    inputs: Some(&data.inputs),
                    truncated: data.inputs_truncated == Some(true),
                    created_at: Some(data.created_at),
                    ..NodeData::default()
                }
            }
        }

        impl<'e> From<&'e types::$next> for NodeData<'e> {
            fn from(data: &'e types::$next) -> Self {
                NodeData {
                    id: &data.id,
                    node_id: &data.node_id,
                    node_type: Some(&types::NodeType::$kind),
                    title: &data.title,
                    ..NodeData::default()
                }
            }
        }

        impl<'e> From<&'e types::$completed> for NodeData<'e> {
            fn from(data: &'e types::$completed) -> Self {
                NodeData {
                    id: &data.id,
                    node_id: &data.node_id,
                    node_type: Some(&types::NodeType::$kind),
                    title: &data.title,
                    inputs: Some(&data.inputs),
                    outputs: Some(&data.outputs),
                    truncated: [data.inputs_truncated, data.outputs_truncated].contains(&Some(true)),
                    error: data.error.as_deref(),
                    created_at: Some(data.created_at),
                    metadata: Some(&data.execution_metadata),
                    end: Some(NodeEnd {
                        status: &data.status,
                        elapsed_time: data.elapsed_time,
                        finished_at: data.finished_at,
                    }),
                    ..NodeData::default()
                }
            }
        }
    )*};
}

containers! {
    Iteration: IterationStartedData IterationNextData IterationCompletedData
    Loop: LoopStartedData LoopNextData LoopCompletedData
}
