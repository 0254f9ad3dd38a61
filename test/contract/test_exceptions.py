# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What rclpy raises, where it is found and what it says (rclpy: rclpy/exceptions.py)."""

import pytest
from rclpy import exceptions
from rclpy.exceptions import (
    InvalidHandle,
    InvalidNamespaceException,
    InvalidNodeNameException,
    InvalidParameterException,
    InvalidParameterTypeException,
    InvalidParameterValueException,
    InvalidServiceNameException,
    InvalidTopicNameException,
    NameValidationException,
    NotInitializedException,
    ParameterAlreadyDeclaredException,
    ParameterException,
    ParameterImmutableException,
    ParameterNotDeclaredException,
    ParameterUninitializedException,
    ROSInterruptException,
)
from rclpy.parameter import Parameter


@pytest.mark.parametrize(
    'kind',
    [
        InvalidParameterException,
        InvalidParameterTypeException,
        InvalidParameterValueException,
        ParameterAlreadyDeclaredException,
        ParameterImmutableException,
        ParameterNotDeclaredException,
        ParameterUninitializedException,
    ],
)
def test_what_is_wrong_with_parameters_is_one_family(kind):
    assert issubclass(kind, ParameterException)
    assert getattr(exceptions, kind.__name__) is kind


@pytest.mark.parametrize(
    ('kind', 'what'),
    [
        (InvalidNamespaceException, 'namespace'),
        (InvalidNodeNameException, 'node name'),
        (InvalidServiceNameException, 'service name'),
        (InvalidTopicNameException, 'topic name'),
    ],
)
def test_what_is_wrong_with_names_is_one_family(kind, what):
    assert issubclass(kind, NameValidationException)
    lines = str(kind('a-b', 'no dashes', 1)).splitlines()
    assert lines[0] == f'Invalid {what}: no dashes:'
    assert lines[1].strip() == "'a-b'"
    # The caret stands below the wrong letter.
    assert lines[2].index('^') == lines[1].index('-')


@pytest.mark.parametrize(
    ('error', 'words'),
    [
        (ParameterNotDeclaredException('x'), ['undeclared', 'x']),
        (ParameterAlreadyDeclaredException(['x', 'y']), ['already declared', 'x', 'y']),
        (ParameterImmutableException('x'), ['read-only', 'x']),
        (ParameterUninitializedException('x'), ['not initialized', 'x']),
        (InvalidParameterException(''), ['Invalid parameter name']),
        (InvalidParameterValueException('x', 5, 'too big'), ['x', '5', 'too big']),
        (InvalidParameterTypeException(Parameter('x', value=5), 'STRING'),
         ['x', '5', 'INTEGER', 'STRING']),
        (NotInitializedException(), ['rclpy.init()']),
        (NotInitializedException('cannot'), ['rclpy.init()', 'cannot']),
        (ROSInterruptException(), ['rclpy.shutdown()']),
    ],
)  # fmt: skip
def test_what_they_say(error, words):
    assert all(word in str(error) for word in words)


def test_the_rest_are_exceptions():
    for kind in (InvalidHandle, NotInitializedException, ROSInterruptException):
        assert issubclass(kind, Exception)
        assert not issubclass(kind, ParameterException)
