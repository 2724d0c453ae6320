//! Runs that wait for people.

use super::{Pause, Run, node::learn};
use crate::{
    RunStatus,
    types::{HumanInputRequiredData, WorkflowPauseReason, WorkflowPausedData},
};

impl Run {
    pub(super) fn pauses(&mut self, data: &WorkflowPausedData) {
        if self.status.is_final() {
            return;
        }
        for reason in &data.reasons {
            self.waits(reason);
        }
        learn(&mut self.outputs, Some(&data.outputs).filter(|outputs| !outputs.is_null()).cloned());
        self.elapsed_time = Some(data.elapsed_time);
        self.total_tokens = Some(data.total_tokens);
        self.total_steps = Some(data.total_steps);
        self.status = RunStatus::from(&data.status);
        self.complete = true;
        let (nodes, reasons) = (data.paused_nodes.clone(), data.reasons.clone());
        self.pause = Some(Pause { nodes, reasons, created_at: data.created_at });
    }

    pub(super) fn replaces(&mut self, text: &str) {
        self.becomes(text);
        self.heard();
    }

    pub(super) fn asks(&mut self, data: &HumanInputRequiredData) {
        self.waits(&WorkflowPauseReason {
            type_: "human_input_required".to_owned(),
            form_id: String::from(&data.form_id),
            form_content: data.form_content.clone(),
            inputs: data.inputs.clone(),
            actions: data.actions.clone(),
            display_in_ui: Some(data.display_in_ui),
            node_id: String::from(&data.node_id),
            node_title: data.node_title.clone(),
            resolved_default_values: data.resolved_default_values.clone(),
            form_token: data.form_token.clone(),
            approval_channels: data.approval_channels.clone(),
            expiration_time: Some(data.expiration_time),
            message: None,
        });
        self.heard();
    }

    /// The form of this node waits no longer.
    pub(super) fn answered(&mut self, node_id: &str) {
        self.forms.retain(|form| form.node_id != node_id);
        self.heard();
    }

    fn waits(&mut self, form: &WorkflowPauseReason) {
        if self.status.is_final() {
            return;
        }
        let Some(known) = self.forms.iter_mut().find(|known| known.form_id == form.form_id) else {
            self.forms.push(form.clone());
            return;
        };
        // The two events that tell of a form differ in what they leave out.
        learn(&mut known.display_in_ui, form.display_in_ui);
        learn(&mut known.form_token, form.form_token.clone());
        if known.approval_channels.is_empty() {
            known.approval_channels.clone_from(&form.approval_channels);
        }
        learn(&mut known.expiration_time, form.expiration_time);
    }
}
